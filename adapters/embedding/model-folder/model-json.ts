import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { missingModelFile, unusableModelFile } from './model-folder-errors.ts';

/**
 * Reads a JSON file of a model folder.
 *
 * @throws {EnvironmentError} when it is missing, not JSON, or not as the schema wants it
 */
export async function readModelJson<Schema extends z.ZodType>(
  path: string,
  file: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const value = await readModelJsonIfThere(path, file, schema);
  if (value === null) throw missingModelFile(path, file);
  return value;
}

/** The same; null when there is no such file. */
export async function readModelJsonIfThere<Schema extends z.ZodType>(
  path: string,
  file: string,
  schema: Schema,
): Promise<z.infer<Schema> | null> {
  const text = await readFile(join(path, file), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw missingModelFile(path, file, error);
  });
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : 'is not JSON';
    throw unusableModelFile(path, file, problem, error);
  }
}

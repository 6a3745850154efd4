import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { UsageError } from '../../domain/errors/usage-error.ts';

const timesSchema = z.record(z.string(), z.array(z.number().min(0)).min(1));

/**
 * Reads the file that `dataset.extract.times` (or `--times`) names: `{"<video id>": [seconds, ...]}`.
 *
 * @throws {UsageError} when it cannot be read or is something else
 */
export async function readExtractTimes(file: string): Promise<Record<string, number[]>> {
  try {
    return timesSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const message = `${file} cannot be used as times of frames: it must be JSON such as {"video-1": [0.5, 12]}`;
    throw new UsageError(message, { cause: error });
  }
}

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../domain/errors/usage-error.ts';
import { writeAtomically } from './write-atomically.ts';

const ownerSchema = z.object({ runId: z.string() });

/**
 * Takes result files for a run: a hidden file `.<prefix>.run.json` beside them names it, because
 * the files themselves must keep the original script's shape.
 *
 * @throws {UsageError} when they belong to another run, or were there before any run
 */
export async function claimFiles(claim: {
  readonly directory: string;
  readonly prefix: string;
  readonly files: readonly string[];
  readonly runId: string;
  readonly overwrite: boolean;
}): Promise<void> {
  const { directory, prefix, files, runId, overwrite } = claim;
  const ownerFile = join(directory, `.${prefix}.run.json`);
  const owner = await ownerOf(ownerFile);
  if (owner === runId) return;
  if (!overwrite) await refuseForeign(directory, files, owner);
  await writeAtomically(ownerFile, [`${JSON.stringify({ runId })}\n`]);
}

async function refuseForeign(
  directory: string,
  files: readonly string[],
  owner: string | null,
): Promise<void> {
  const there = await firstThere(directory, files);
  if (owner === null && there === null) return;
  const whose = owner === null ? 'was not written by this run' : `belongs to run ${owner}`;
  throw new UsageError(
    `${join(directory, there ?? files[0] ?? '')} ${whose}. Choose another folder, or replace it ` +
      'with --overwrite',
  );
}

async function ownerOf(ownerFile: string): Promise<string | null> {
  const text = await readFile(ownerFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return ownerSchema.parse(JSON.parse(text)).runId;
  } catch {
    return 'unknown';
  }
}

async function firstThere(directory: string, files: readonly string[]): Promise<string | null> {
  for (const file of files) {
    const isThere = await stat(join(directory, file)).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return null;
}

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTorchEmbeddings } from '../adapters/index-files/torch-embeddings.ts';
import type { ImportedEmbeddings } from '../activities/check-imported.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import { normalizeRows } from '../domain/similarity.ts';

/** The `.pt` file of a video as unit rows; null where the run has none or may build it. */
export async function importedEmbeddings(
  spec: RunSpec,
  videoId: string,
): Promise<ImportedEmbeddings | null> {
  const { embeddings, buildMissing } = spec.dataset;
  if (embeddings === null) return null;
  const path = join(embeddings, `${videoId}.pt`);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && buildMissing) return null;
    throw error;
  });
  if (bytes === null) return null;
  const { filenames, embeddings: vectors, dimension } = await readTorchEmbeddings(path);
  normalizeRows(vectors, dimension);
  const frameNames = filenames.map((name) => name.split(/[\\/]/).at(-1) ?? name);
  return {
    frameNames,
    vectors,
    dimension,
    fileHash: createHash('sha256').update(bytes).digest('hex'),
  };
}

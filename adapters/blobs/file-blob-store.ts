import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { crashPoint } from '../../domain/crash-points.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import type { BlobKeeping, BlobStore } from '../../domain/stores/blob-store.ts';
import { keepBlobFiles } from './blob-files.ts';
import { fileError, fileErrorCode } from './file-error.ts';

/**
 * Blobs as files `sha256/<first two digits>/<sha256>` below `directory`, which is made on the
 * first put. A blob appears under its name complete and synced, or not at all; what a killed
 * writer leaves is a temporary name that nobody reads.
 */
export function openFileBlobStore(directory: string): BlobStore & BlobKeeping {
  const root = resolve(directory);
  const pathOf = (sha256: string) => join(root, 'sha256', sha256.slice(0, 2), namedBlob(sha256));

  return {
    async put(content) {
      const sha256 = sha256Of(content);
      const path = pathOf(sha256);
      try {
        // Another size under this name is damage, which the fresh copy mends.
        if ((await sizeOf(path)) !== content.byteLength) await writeDurably(path, content);
        // Also when it was there already: its writer may not have come this far.
        await syncDirectory(dirname(path));
      } catch (error) {
        throw fileError(error, `storing blob ${sha256}`);
      }
      return sha256;
    },

    async get(sha256) {
      const path = pathOf(sha256);
      const content = await readBlob(path, sha256);
      if (sha256Of(content) === sha256) return content;
      // Out of the way, so that storing the right content again mends it.
      await rename(path, `${path}.damaged`).catch(() => undefined);
      throw new StepError('storage', 'fail', `blob ${sha256} does not match its name`);
    },

    async has(sha256) {
      try {
        return (await sizeOf(pathOf(sha256))) !== null;
      } catch (error) {
        throw fileError(error, `looking for blob ${sha256}`);
      }
    },

    ...keepBlobFiles(root),
  };
}

function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A name from a database or a message must not lead out of the store. */
function namedBlob(sha256: string): string {
  if (/^[0-9a-f]{64}$/.test(sha256)) return sha256;
  throw new StepError('storage', 'fail', `"${sha256.slice(0, 80)}" is not the name of a blob`);
}

async function readBlob(path: string, sha256: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    if (fileErrorCode(error) !== 'ENOENT') throw fileError(error, `reading blob ${sha256}`);
    throw new StepError('storage', 'fail', `blob ${sha256} is missing`, { cause: error });
  }
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Rename over an equal blob is harmless: the name is the content. */
async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  await makeDirectory(dirname(path));
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(content);
      crashPoint('blob-written');
      await file.sync();
    } finally {
      await file.close();
    }
    crashPoint('blob-synced');
    await rename(temporary, path);
    crashPoint('blob-renamed');
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** A new folder survives a power cut only when the folders that name it are synced as well. */
async function makeDirectory(path: string): Promise<void> {
  const firstMade = await mkdir(path, { recursive: true });
  if (firstMade === undefined) return;
  for (let made = path; made.length >= firstMade.length; made = dirname(made)) {
    await syncDirectory(dirname(made));
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows can neither open nor sync a folder.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

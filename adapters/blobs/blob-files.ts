import { type Dirent } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { BlobKeeping, StoredFile } from '../../domain/stores/blob-store.ts';
import { fileError, fileErrorCode } from './file-error.ts';

/** Lists and removes the files of a blob store. */
export function keepBlobFiles(root: string): BlobKeeping {
  return {
    async *list() {
      const top = join(root, 'sha256');
      for (const folder of await entriesOf(top)) {
        if (!folder.isDirectory()) continue;
        for (const file of await entriesOf(join(top, folder.name))) {
          const described = file.isFile() ? await describe(root, folder.name, file.name) : null;
          if (described !== null) yield described;
        }
      }
    },

    async remove({ path }) {
      try {
        await rm(join(root, path), { force: true });
      } catch (error) {
        throw fileError(error, `removing ${path}`);
      }
    },
  };
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return [];
    throw fileError(error, `listing ${folder}`);
  }
}

/** Null for a file that has just gone. */
async function describe(root: string, folder: string, name: string): Promise<StoredFile | null> {
  const path = join(root, 'sha256', folder, name);
  try {
    const { size, mtimeMs } = await stat(path);
    const isBlob = /^[0-9a-f]{64}$/.test(name) && name.startsWith(folder);
    return {
      path: relative(root, path),
      sha256: isBlob ? name : null,
      bytes: size,
      modifiedAt: mtimeMs,
    };
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return null;
    throw fileError(error, `looking at ${path}`);
  }
}

import { open, rename, rm } from 'node:fs/promises';

/** Writes a new file and brings its bytes to the disk; fails if `path` exists. Mode 0600. */
export async function createFileDurably(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts `content` in the place of `path`; a reader sees the old content or the new, never a part. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const draft = `${path}.${process.pid}.${Date.now()}.draft`;
  try {
    await createFileDurably(draft, content);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

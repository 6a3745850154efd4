import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from './seeded-draws.ts';

/** Pictures handed out by URL; they outlive the process, as those of a real provider do. */
export type MediaFolder = {
  /** Keeps a JPEG and returns its name, `<sha256>.jpg`. */
  keep(jpeg: Buffer): Promise<string>;
  /** The JPEG of that name, or null. */
  find(name: string): Promise<Buffer | null>;
};

/** Real image links are signed for a day; older pictures go when the folder is opened. */
const keptForMs = 24 * 3600 * 1000;

/** Opens a folder of pictures; it is created with the first one. */
export async function openMediaFolder(folder: string): Promise<MediaFolder> {
  await removeExpired(folder);
  return {
    async keep(jpeg) {
      const name = `${sha256Hex(jpeg)}.jpg`;
      await mkdir(folder, { recursive: true });
      const draft = join(folder, `${name}.${Math.random().toString(36).slice(2)}`);
      await writeFile(draft, jpeg);
      await rename(draft, join(folder, name));
      return name;
    },
    async find(name) {
      if (!/^[0-9a-f]{64}\.jpg$/.test(name)) return null;
      return readFile(join(folder, name)).catch(() => null);
    },
  };
}

async function removeExpired(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > keptForMs) await rm(path, { force: true });
  }
}

import { type FileHandle, open, stat } from 'node:fs/promises';

/** Bytes that can be read at any position: a file, or in tests an array. */
export type ByteSource = {
  /** Length in bytes. */
  readonly size: number;
  /** Exactly `length` bytes from `position` on, in a buffer of their own. */
  read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
};

export type FileSource = ByteSource & { close(): Promise<void> };

/**
 * Opens a file for reading by position, whatever its size: `readFile` refuses more than 2 GiB.
 *
 * @throws the file system's error when it cannot be opened, or an Error when it is not a file or
 *   is shorter than `size` says
 */
export async function openFileSource(path: string): Promise<FileSource> {
  // Before it is opened: opening a pipe waits for somebody to write.
  if (!(await stat(path)).isFile()) throw new Error('it is not a file');
  const file = await open(path);
  try {
    const { size } = await file.stat();
    return {
      size,
      read: (position, length) => readFully(file, position, length),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readFully(
  file: FileHandle,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) throw new Error('it ends too early');
    filled += bytesRead;
  }
  return bytes;
}

const portionBytes = 4 * 2 ** 20;

/**
 * Reads a stretch of any length in portions of 4 MiB, the last one shorter.
 *
 * @param take  receives each portion; `at` counts from `position`
 */
export async function readPortions(
  source: ByteSource,
  position: number,
  length: number,
  take: (bytes: Uint8Array<ArrayBuffer>, at: number) => void,
): Promise<void> {
  for (let at = 0; at < length; at += portionBytes) {
    take(await source.read(position + at, Math.min(portionBytes, length - at)), at);
  }
}

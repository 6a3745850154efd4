import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { StepError } from '../../domain/errors/step-error.ts';
import { mediaTypeOf } from './picture.ts';

/** No provider takes a picture of this size; a video's worth of bytes in one is a mistake. */
const mostFrameBytes = 64 * 2 ** 20;

/**
 * The real path of something below a folder, wherever symbolic links lead.
 *
 * @param title  what it is, for messages
 * @throws {StepError} class `frames_missing` when it is not there or leads out of the folder, `storage`
 *   when reading may help later
 */
export async function pathInside(
  root: string,
  parts: readonly string[],
  title: string,
): Promise<string> {
  const realRoot = await realpath(root).catch(failedToRead(title));
  const path = await realpath(join(realRoot, ...parts)).catch(failedToRead(title));
  const prefix = realRoot.endsWith(sep) ? realRoot : realRoot + sep;
  if (!path.startsWith(prefix)) throw missing(`${title} leads out of the frames folder`);
  return path;
}

/**
 * Reads a file below a folder, of 64 MiB at most.
 *
 * @throws {StepError} as `pathInside`; class `bad_media` for a larger one
 */
export async function readInside(
  root: string,
  parts: readonly string[],
  title: string,
): Promise<Uint8Array> {
  const path = await pathInside(root, parts, title);
  const { size } = await stat(path).catch(failedToRead(title));
  if (size > mostFrameBytes)
    throw new StepError('bad_media', 'fail', `${title} has ${size} bytes, the limit is 64 MiB`);
  return readFile(path).catch(failedToRead(title));
}

/**
 * Reads a picture below a folder: JPEG, PNG or WebP by its signature.
 *
 * @throws {StepError} as `readInside`; class `bad_media` for anything else
 */
export async function readFrameFile(
  root: string,
  parts: readonly string[],
  title: string,
): Promise<Uint8Array> {
  const bytes = await readInside(root, parts, title);
  if (mediaTypeOf(bytes) === null)
    throw new StepError('bad_media', 'fail', `${title} is neither JPEG, PNG nor WebP`);
  return bytes;
}

/** What a file's system says, as a failure: what is not there now will not be there later. */
export function failedToRead(title: string): (error: unknown) => never {
  return (error) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG')
      throw missing(`${title} is not there`, error);
    if (code === 'EACCES' || code === 'EPERM' || code === 'EISDIR' || code === 'ELOOP')
      throw missing(`${title} cannot be read (${code})`, error);
    throw new StepError('storage', 'retry', `${title} cannot be read (${code ?? 'unknown'})`, {
      cause: error,
    });
  };
}

function missing(message: string, cause?: unknown): StepError {
  return new StepError('frames_missing', 'fail', message, { cause });
}

import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { isPathPart } from '../../domain/text/file-name.ts';
import { StepError } from '../../domain/errors/step-error.ts';

/** Where several files have one id, the first of these counts. */
const extensions = [
  'mp4',
  'mkv',
  'webm',
  'mov',
  'avi',
  'm4v',
  'gif',
  'mpg',
  'mpeg',
  'flv',
  'wmv',
  'ts',
];
const videoName = new RegExp(String.raw`^(.+)\.(?:${extensions.join('|')})$`, 'i');

/** The id of the video that a file of this name holds; null for any other file. */
export function videoIdOf(fileName: string): string | null {
  return fileName.startsWith('.') ? null : (videoName.exec(fileName)?.[1] ?? null);
}

/**
 * Finds the file of a video: `<folder>/<id>.<extension>`, lower case before upper case, or the id
 * itself where that is a file name. No file outside of the folder is found, whatever an id or a
 * symbolic link says.
 *
 * @param candidates  paths below the folder to look for instead of the id, `/` between folders,
 *   with or without extension; the first that is there counts
 * @returns its real path
 * @throws {StepError} class `frames_missing` when there is none, `storage` when the folder cannot be read
 */
export async function findVideo(
  folder: string,
  videoId: string,
  candidates?: readonly string[],
): Promise<string> {
  const paths = candidates ?? [pathPart(videoId)];
  const file = await findInside(folder, paths.flatMap(fileNames), (facts) => facts.isFile());
  if (file !== null) return file;
  const places = candidates === undefined ? '' : ` called ${candidates.join(' or ')}`;
  throw missing(`video ${videoId} has no file${places} in ${folder} (${extensions.join(', ')})`);
}

/**
 * Finds a folder of frames that stands for a video, by the same rules.
 *
 * @returns its real path
 * @throws {StepError} as `findVideo`
 */
export async function findSequence(
  folder: string,
  videoId: string,
  candidates?: readonly string[],
): Promise<string> {
  const paths = candidates ?? [pathPart(videoId)];
  const found = await findInside(folder, paths, (facts) => facts.isDirectory());
  if (found !== null) return found;
  throw missing(
    `video ${videoId} has no folder of frames called ${paths.join(' or ')} in ${folder}`,
  );
}

function pathPart(name: string): string {
  if (isPathPart(name)) return name;
  throw missing(`video ${JSON.stringify(name)} has no name that can stand in a path`);
}

function fileNames(candidate: string): string[] {
  return [...extensions, ...extensions.map((extension) => extension.toUpperCase())]
    .map((extension) => `${candidate}.${extension}`)
    .concat(videoIdOf(candidate.split('/').at(-1) ?? '') === null ? [] : [candidate]);
}

async function findInside(
  folder: string,
  names: readonly string[],
  isWanted: (facts: Stats) => boolean,
): Promise<string | null> {
  for (const name of names) name.split('/').forEach(pathPart);
  const root = await realpath(folder).catch(failedToRead(`the videos folder ${folder}`));
  if (root === null) throw missing(`the videos folder ${folder} is not there`);
  for (const name of names) {
    const file = await realpath(join(root, name)).catch(failedToRead(`video ${name}`));
    if (file === null || !isWanted(await stat(file))) continue;
    if (file.startsWith(root.endsWith(sep) ? root : root + sep)) return file;
    throw missing(`video ${name} leads out of the videos folder`);
  }
  return null;
}

/** sha256 of a file as 64 hex digits, without holding it in memory. */
export async function hashFile(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const stream = createReadStream(file, { highWaterMark: 1 << 20, ...(signal && { signal }) });
  for await (const chunk of stream as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

/** Null when it is not there. */
function failedToRead(title: string): (error: unknown) => null {
  return (error) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null;
    throw new StepError('storage', 'retry', `${title} cannot be read (${code ?? 'unknown'})`, {
      cause: error,
    });
  };
}

function missing(message: string): StepError {
  return new StepError('frames_missing', 'fail', message);
}

import { readFile, stat } from 'node:fs/promises';
import { problemAt, type Problem, wholeFile } from '../problem.ts';

/** A text is one value in memory, and of those none is much longer. */
const mostBytes = 512e6;

/**
 * Reads a text file as UTF-8, without a byte order mark.
 *
 * @returns null after a problem was noted: the file is not there, has more than 512 MB, or is not UTF-8
 */
export async function readTextFile(
  path: string,
  note: (problem: Problem) => void,
): Promise<string | null> {
  try {
    const { size } = await stat(path);
    if (size > mostBytes) {
      const what = `it has ${Math.ceil(size / 1e6)} MB; text is read up to ${mostBytes / 1e6} MB`;
      const fix = 'Cut it into several files, or write it as Parquet';
      note(problemAt(wholeFile(path), 'unreadable', { what, fix }));
      return null;
    }
    return decode(path, await readFile(path), note);
  } catch (error) {
    note(unreadable(path, error));
    return null;
  }
}

/** What a file's system says when it cannot give a file or folder. */
export function unreadable(path: string, error: unknown): Problem {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const what = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
  return problemAt(wholeFile(path), 'unreadable', { what, fix: 'Check dataset.path' });
}

function decode(path: string, bytes: Uint8Array, note: (problem: Problem) => void): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const line = lineOfFault(bytes);
    const what = 'it is not UTF-8 text';
    const fix = 'Save it as UTF-8, or fetch it again';
    note(problemAt({ file: path, line, record: null }, 'unreadable', { what, fix }));
    return null;
  }
}

/** The first line, from 1, whose bytes are not UTF-8: a line break is a byte of no other character. */
function lineOfFault(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let from = 0; from < bytes.length; line += 1) {
    const end = bytes.indexOf(0x0a, from);
    const to = end === -1 ? bytes.length : end + 1;
    try {
      decoder.decode(bytes.subarray(from, to));
    } catch {
      break;
    }
    from = to;
  }
  return line;
}

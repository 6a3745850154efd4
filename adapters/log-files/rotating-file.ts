import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** A log file that keeps its size. */
export type RotatingFile = {
  /** Appends one line; a line that cannot be written is lost, for a log must not end its program. */
  write(line: string): void;
  close(): void;
};

/**
 * Appends lines to a file. Past `maxBytes` it becomes `<file>.1`, an earlier one `<file>.2` and so
 * on; `kept` of them stay. Several processes may write to the same file: each takes up the new file
 * at its next look, after 64 KiB of its own lines.
 *
 * @param options.maxBytes  @default 20 MiB
 * @param options.kept  @default 3
 */
export function openRotatingFile(
  file: string,
  options: { readonly maxBytes?: number; readonly kept?: number } = {},
): RotatingFile {
  const { maxBytes = 20 * 2 ** 20, kept = 3 } = options;
  const lookEvery = Math.min(maxBytes, 64 * 2 ** 10);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  let handle = openAppending(file);
  let written = 0;

  const look = (): void => {
    written = 0;
    const named = statSync(file, { throwIfNoEntry: false });
    if (named?.ino === fstatSync(handle).ino) {
      if (named.size < maxBytes) return;
      shiftFiles(file, kept);
    }
    closeSync(handle);
    handle = openAppending(file);
  };
  return {
    write(line) {
      try {
        written += writeSync(handle, line);
        if (written >= lookEvery) look();
      } catch {
        // A full disk is told of by what could not store its results.
      }
    },
    close: () => closeSync(handle),
  };
}

function openAppending(file: string): number {
  return openSync(file, 'a', 0o600);
}

function shiftFiles(file: string, kept: number): void {
  for (let number = kept; number >= 1; number -= 1) {
    const older = number === 1 ? file : `${file}.${number - 1}`;
    if (statSync(older, { throwIfNoEntry: false }) !== undefined) {
      renameSync(older, `${file}.${number}`);
    }
  }
}

import { spawn, type ChildProcess } from 'node:child_process';
import { basename } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { StepError } from '../../domain/errors/step-error.ts';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';

/** How a program ended: its last words, for a message, in one line and without paths. */
export type MediaExit = { readonly code: number | null; readonly complaint: string };

/** A program that reads a video, without a shell, a terminal, or a life beyond its caller's. */
export type MediaProcess = {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** What the program writes to its file descriptor 3. */
  readonly sideChannel: Readable;
  readonly exit: Promise<MediaExit>;
  /** Ends the program at once and waits until it is gone. */
  stop(): Promise<void>;
};

/** Of stderr this much is kept: the first complaint names the cause, the rest repeats it. */
const mostComplaintBytes = 8192;
const mostComplaintLength = 300;

/**
 * Starts a program and ties its life to the signal: when that fires, the program is killed. The
 * caller must await `stop` in the end, whatever happened.
 *
 * @param file the video, whose name is left out of the complaint
 * @throws {EnvironmentError} from `exit` when the program cannot be started
 */
export function startMediaProcess(
  program: string,
  args: readonly string[],
  { file, signal }: { readonly file: string; readonly signal: AbortSignal },
): MediaProcess {
  signal.throwIfAborted();
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C in a terminal is this process's to answer, not the child's.
    detached: true,
  });
  let isOurKill = false;
  const exit = exitOf(child, program, file, () => isOurKill);
  // The caller learns of it when it awaits `exit`; until then it must not end this process.
  exit.catch(() => undefined);
  const kill = (): void => {
    isOurKill = true;
    // Nothing of what it writes is kept, so there is nothing to tidy up first.
    child.kill('SIGKILL');
  };
  signal.addEventListener('abort', kill, { once: true });
  // A program that ends before it has read everything is judged by its exit.
  child.stdin.on('error', () => undefined);
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    sideChannel: child.stdio[3] as Readable,
    exit,
    async stop() {
      signal.removeEventListener('abort', kill);
      kill();
      // What nobody reads any more would keep the program from counting as ended.
      for (const stream of child.stdio) stream?.destroy();
      await exit.catch(() => undefined);
    },
  };
}

function exitOf(
  child: ChildProcess,
  program: string,
  file: string,
  isOurKill: () => boolean,
): Promise<MediaExit> {
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (words.length < mostComplaintBytes) words += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      const { code } = error as NodeJS.ErrnoException;
      reject(new EnvironmentError(`${program} does not start (${code})`, { cause: error }));
    });
    child.on('close', (code, signal) => {
      if (signal === null || isOurKill()) resolve({ code, complaint: complaintIn(words, file) });
      else reject(endedFromOutside(program, file, signal));
    });
  });
}

/** Somebody killed it, or memory ran out: that says nothing about the file. */
function endedFromOutside(program: string, file: string, signal: NodeJS.Signals): StepError {
  const message = `${basename(program)} was ended by ${signal} while it read video ${basename(file)}`;
  return new StepError('bad_media', 'retry', message);
}

/** The stderr of a program fed with foreign bytes may hold anything: control characters, paths. */
function complaintIn(words: string, file: string): string {
  const lines = words
    .replaceAll(`file:${file}`, 'the file')
    .replaceAll(file, 'the file')
    .split(/[\r\n]+/)
    .map((line) => line.replaceAll(/\[[^\]]*@ 0x[0-9a-f]+\] ?/g, '').replaceAll(/\p{C}/gu, ' '))
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return [...new Set(lines)].join('; ').slice(0, mostComplaintLength);
}

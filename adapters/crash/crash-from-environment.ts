import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { armCrashPoints, crashPoints } from '../../domain/crash-points.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';

/**
 * Arms the crash points as tests ask for, once at the start of a process or thread:
 * `VIDEOQA_CRASH_AT=<point>:<n>` ends it with SIGKILL when the point is reached for the n-th time,
 * `<point>@<about>:<n>` counts only what is about that item or video, and
 * `VIDEOQA_CRASH_TRACE=<file>` writes down each point as often as it is reached.
 *
 * @throws {UsageError} when there is no such point
 */
export function crashFromEnvironment(environment: NodeJS.ProcessEnv): void {
  const { VIDEOQA_CRASH_AT: at, VIDEOQA_CRASH_TRACE: traceFile } = environment;
  if (at) dieAt(at);
  else if (traceFile) writeDownTo(traceFile);
}

function dieAt(text: string): void {
  const [, wanted, about, times] = /^([a-z-]+)(?:@(.+))?:(\d+)$/.exec(text) ?? [];
  if (wanted === undefined || !Object.hasOwn(crashPoints, wanted)) {
    throw new UsageError(
      `VIDEOQA_CRASH_AT=${text} names no crash point. It is for tests; unset it.`,
    );
  }
  let left = Number(times);
  armCrashPoints((point, what) => {
    if (point !== wanted || (about !== undefined && what !== about)) return;
    left -= 1;
    if (left === 0) die();
  });
}

/** A thread dies alone, and once: the one that takes its place finds the variable gone. */
function die(): void {
  if (isMainThread) process.kill(process.pid, 'SIGKILL');
  delete process.env['VIDEOQA_CRASH_AT'];
  process.exit(1);
}

function writeDownTo(file: string): void {
  armCrashPoints((point) => appendFileSync(file, `${point}\n`));
}

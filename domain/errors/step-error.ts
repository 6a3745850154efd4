import type { FailureClass } from '../outcome.ts';
import type { Remedy } from './remedy.ts';

/**
 * What a failure asks for: `retry` the same request (counts as an attempt), `wait` and retry
 * (counts against the time budget instead), `fail` the item, `stop` the run.
 */
export type FailureAction = 'retry' | 'wait' | 'fail' | 'stop';

/**
 * The one error that steps throw. It carries its class and what to do about it, decided where the
 * fact is known; a worker interceptor alone translates it for Temporal. The message names the
 * thing that failed, never a question, a key or a picture.
 */
export class StepError extends Error {
  override readonly name = 'StepError';
  readonly failureClass: FailureClass;
  readonly action: FailureAction;
  /** How long to wait before the next try, in milliseconds; undefined leaves it to the backoff. */
  readonly retryAfterMs: number | undefined;
  /** Attempts made so far in this drive, where the thrower knows them. */
  readonly attempts: number | undefined;
  /** How the refused request may be changed to be made once more; undefined where nothing would help. */
  readonly remedy: Remedy | undefined;
  /** Whether it ends the run: the failure that does, or one of an item that met the run stopped. */
  readonly stopsRun: boolean;
  /** Whether the thread that did the work ended while it had this input and nothing else. */
  readonly endedThread: boolean;

  constructor(
    failureClass: FailureClass,
    action: FailureAction,
    message: string,
    details: {
      retryAfterMs?: number | undefined;
      attempts?: number | undefined;
      remedy?: Remedy | undefined;
      endedThread?: boolean;
      stopsRun?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.failureClass = failureClass;
    this.action = action;
    this.retryAfterMs = details.retryAfterMs;
    this.attempts = details.attempts;
    this.remedy = details.remedy;
    this.stopsRun = details.stopsRun ?? action === 'stop';
    this.endedThread = details.endedThread === true;
  }
}

import type { FailureClass } from '../outcome.ts';
import type { Remedy } from './remedy.ts';
import type { Provider } from '../run-spec.ts';
import type { FailureAction } from './step-error.ts';
import type { TransportKind } from './transport-error.ts';

/**
 * When failures of a row pause the whole account: at once (and stop the run if a probe still meets
 * them after `stopAfterMs`); when most of its last calls fail; when so many items in a row meet
 * them; when nothing else was seen for a while; or when their share of all calls is too large.
 */
export type PauseRule =
  | { readonly when: 'at-once'; readonly stopAfterMs?: number }
  | { readonly when: 'most-fail' }
  | { readonly when: 'in-a-row'; readonly items: number }
  | { readonly when: 'unchanged'; readonly forMs: number }
  | { readonly when: 'share'; readonly above: number };

/**
 * When a failure is not the item's but the run's: it met the run's first calls and
 * nothing else came back yet; every one of its last calls to the account; or every call so far while
 * there were only few.
 */
export type StopRule = 'first-call' | 'every-call' | 'early-calls';

/** How long to pause before a retry: doubled each time. */
export type Backoff = { readonly firstMs: number; readonly mostMs: number };

/** What a failure means, whatever it was recognised by. */
export type FailureMeaning = {
  /** Its number in the table of docs/operating.md, 1 to 29. */
  readonly row: number;
  readonly class: FailureClass;
  readonly action: FailureAction;
  /** Retries that make sense, where fewer than the configured attempts. */
  readonly maxRetries?: number;
  /** What follows then. @default 'fail' */
  readonly afterwards?: 'fail' | 'stop';
  /** @default the one of the worker */
  readonly backoff?: Backoff;
  readonly pause?: PauseRule;
  readonly stopsWhen?: StopRule;
  /** How the request may be changed to be made once more before it fails, by whoever can change it. */
  readonly remedy?: Remedy;
  /** The provider finds that the account has grown too fast. */
  readonly slowsGrowth?: true;
};

/** One row of the error table: it fits when everything it names fits. */
export type ErrorRow = FailureMeaning & {
  /** Wait when the provider names no time. */
  readonly waitMs?: number;
  /** What a person can do. */
  readonly hint?: string;
  /** Missing = every provider. */
  readonly providers?: readonly Provider[];
  /** Missing = only where a whole reply, or a refusal, arrived. */
  readonly transport?: readonly TransportKind[];
  readonly hasHeaders?: boolean;
  /** A header whose name begins so is there and asks for a wait. */
  readonly waitHeader?: RegExp;
  /** Statuses, or half-open ranges of them. */
  readonly status?: readonly (number | { readonly from: number; readonly to: number })[];
  /** Fits any of the error's codes and types, in lower case. */
  readonly code?: RegExp;
  /** Fits the error's wording: only where providers send no code. */
  readonly wording?: RegExp;
};

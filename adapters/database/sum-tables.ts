import type { Generated, Selectable } from 'kysely';
import type { FailureClass, Outcome } from '../../domain/outcome.ts';

// What stands elsewhere row by row, added up: so that nothing is counted anew as a run grows.

/** Items per standing; '' stands for none. */
export type RunCounterTable = {
  run_id: string;
  outcome: Outcome | '';
  failure_class: FailureClass | '';
  degraded: 0 | 1;
  items: number;
};

/** What the rows of a video add up to (domain/row-tally.ts). */
export type VideoTallyTable = {
  run_id: string;
  video_id: string;
  gold: number;
  scored: Generated<number>;
  correct: Generated<number>;
  spanned: Generated<number>;
  hits: Generated<number>;
  unseen: Generated<number>;
  calls: Generated<number>;
  cached_calls: Generated<number>;
  prompt_tokens: Generated<number>;
  completion_tokens: Generated<number>;
  images: Generated<number>;
  paid_usd: Generated<number>;
  paid_unknown: Generated<number>;
  list_usd: Generated<number>;
  list_unknown: Generated<number>;
};

/**
 * One row per run and account. The row of a whole run has an empty account, that of an account over
 * all runs an empty run.
 */
export type SpendTotalTable = {
  run_id: string;
  account: string;
  calls: number;
  settled_nano: number;
  /** Calls whose price is not known, each at its maximum. */
  open_nano: number;
  duplicate_nano: number;
  /** What admitted items may need beyond their calls so far. */
  held_nano: Generated<number>;
  /** Items that finished while a cap was set, and what they cost. */
  finished_items: Generated<number>;
  finished_nano: Generated<number>;
  cap_nano: number | null;
  warned_at: number | null;
};
export type SpendTotalColumns = Selectable<SpendTotalTable>;

export type ItemHoldTable = {
  run_id: string;
  item_id: string;
  sample: number;
  account: string;
  estimate_nano: number;
  committed_nano: number;
};

import type { JudgeContract, JudgeDimension } from './judging/judge-contract.ts';
import type { FailureClass } from './outcome.ts';
import type { Usage } from './row.ts';

export type RunState = 'running' | 'paused' | 'completed' | 'stopped' | 'cancelled' | 'failed';

/** answered + unparsed + failed + skipped + cancelled + running + pending = scheduled; degraded is a part of them. */
export type RunCounts = {
  readonly scheduled: number;
  readonly answered: number;
  readonly unparsed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cancelled: number;
  readonly running: number;
  readonly pending: number;
  readonly degraded: number;
};

/** `gold` counts scheduled items with known gold; both rates count only those. */
export type Accuracy = {
  readonly correct: number;
  readonly gold: number;
  readonly overScheduled: number;
  readonly overAnswered: number | null;
  /** 95 % interval of `overScheduled`, clustered by video. */
  readonly ci95: readonly [number, number];
};

/** What one judge says of the answers in one dimension; `accuracy` and the mean are over the judged ones. */
export type JudgeSummary = {
  readonly judge: string;
  readonly contract: JudgeContract;
  /** Null for `yes-no-score`. */
  readonly dimension: JudgeDimension | null;
  readonly judged: number;
  readonly unparsed: number;
  readonly failed: number;
  /** Taken up, and not judged yet. */
  readonly pending: number;
  /** Judgements due if every scheduled item were answered. */
  readonly scheduled: number;
  /** Null where no verdict was asked for. */
  readonly yes: number | null;
  readonly accuracy: number | null;
  /** yes / scheduled: failed and unparsed items are no yes. */
  readonly overScheduled: number | null;
  /** From 0 to 5. */
  readonly meanScore: number | null;
};

/** Stable shape printed by `run`, `status` and `report` with `--json`. */
export type RunSummary = {
  readonly schemaVersion: 1;
  readonly runId: string;
  readonly strategy: string;
  readonly simulated: boolean;
  readonly state: RunState;
  readonly stopReason: 'budget' | 'provider' | null;
  readonly counts: RunCounts;
  readonly failures: Partial<Record<FailureClass, number>>;
  /** Calls that failed in a way nobody knows yet, healed by a retry or not. */
  readonly unclassifiedCalls: number;
  readonly accuracy: Accuracy | null;
  /** Absent in a run that nobody judges. */
  readonly judges?: readonly JudgeSummary[];
  /** Items with a gold span whose shown frames hit it, over items with a span and known frame times. */
  readonly retrieval: { readonly hitRate: number; readonly items: number } | null;
  /** Of the steps that answer. */
  readonly usage: Usage;
  /** Of the judgements, those of the calibration set included; absent in a run that nobody judges. */
  readonly judgingUsage?: Usage;
  readonly elapsedS: number;
  readonly temporalUi: string | null;
  readonly outputDir: string | null;
};

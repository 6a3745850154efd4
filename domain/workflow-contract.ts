import type { ItemFailure, Outcome } from './outcome.ts';

/** Names one item and sample in one drive: all that activities need to find everything else. */
export type ItemRef = {
  readonly runId: string;
  readonly drive: number;
  readonly itemId: string;
  readonly sample: number;
};

/** Which queue each kind of work of a run goes to. */
export type RunQueues = {
  readonly plan: string;
  readonly image: string | null;
  readonly answer: string;
  readonly embed: string | null;
  readonly index: string | null;
  /** Null where frames come from a folder; absent in runs of version 0.1. */
  readonly media?: string | null;
};

export type EvaluateInput = {
  readonly runId: string;
  readonly drive: number;
  readonly dataset: string;
  readonly strategy: string;
  readonly queues: RunQueues;
  /** Items open at once. */
  readonly window: number;
  /** Items plus videos per shard. */
  readonly shardLimit: number;
  /** By judge, the queue of its account; absent where nobody judges the answers. */
  readonly judgeQueues?: JudgeInput['queues'];
};

/** The embedding model a drive works with; workers with other weights refuse it. */
export type EmbedderIdentity = {
  readonly modelId: string;
  /** Revision of the model's repository; null when it is unknown. Absent in runs of version 0.1. */
  readonly revision?: string | null;
  /** How the weights are stored, such as fp32. Absent in runs of version 0.1. */
  readonly dtype?: string;
  readonly modelHash: string;
  readonly preprocessingId: string;
  readonly dimension: number;
};

export type ShardInput = Omit<EvaluateInput, 'shardLimit' | 'judgeQueues'> & {
  readonly shard: number;
  readonly from: number;
  readonly to: number;
  readonly embedder: EmbedderIdentity | null;
};

export type ShardResult = { readonly ended: number; readonly isStopped: boolean };

export type EvaluateResult = {
  readonly items: number;
  readonly shards: number;
  readonly isStopped: boolean;
};

export type SliceItem = {
  readonly position: number;
  readonly itemId: string;
  readonly sample: number;
  readonly workflowKey: string;
  readonly videoId: string;
  /** The item's other videos, in order; absent where it has none. */
  readonly otherVideoIds?: readonly string[];
};

/** What preparing a video came to: the blob of its embeddings, or why it cannot be used. */
export type VideoIndex =
  | {
      readonly artifact: string;
      readonly failure: null;
      /** Of the item's other videos, in order; absent where it has none. */
      readonly more?: readonly string[];
    }
  | { readonly artifact: null; readonly failure: ItemFailure };

/** A job that indexes videos without a run. */
export type IndexVideosInput = {
  /** `index/<name>-<8 hex>`, also the workflow's id: no run is named like that. */
  readonly jobId: string;
  readonly queues: { readonly index: string; readonly media: string | null };
  /** Position of the first video of this execution; a long job goes on in a new one. */
  readonly from: number;
  /** Videos done and failed in earlier executions. */
  readonly done: number;
  readonly failed: number;
};

export type IndexVideosResult = { readonly done: number; readonly failed: number };

/** Judging the answers of a run. */
export type JudgeInput = {
  readonly runId: string;
  /** By judge, the queue of its account. */
  readonly queues: Readonly<Record<string, string>>;
  /** Judgements open at once. */
  readonly window: number;
  /** Whether judges are asked anew whose reply could not be read. */
  readonly redraws: boolean;
  /** Of earlier executions of this judging; null at its start. */
  readonly progress: JudgeProgress | null;
};

/** How far a judging is. */
export type JudgeProgress = {
  readonly judging: number;
  /** The last judgement that was begun. */
  after: number;
  judged: number;
  unparsed: number;
  failed: number;
};

export type JudgeResult = Omit<JudgeProgress, 'after'> & { readonly isStopped: boolean };

/** A judgement to be made. */
export type PendingJudgement = {
  readonly id: number;
  readonly judge: string;
  readonly itemId: string;
  readonly sample: number;
  /** What it is about, for people. */
  readonly about: string;
};

/** Names one judgement in one judging; item and sample are for logs and traces. */
export type JudgementRef = {
  readonly runId: string;
  readonly judging: number;
  readonly judgementId: number;
  readonly itemId: string;
  readonly sample: number;
};

export type ItemInput = {
  readonly ref: ItemRef;
  readonly strategy: string;
  readonly queues: RunQueues;
  /** Null for a strategy without an index. */
  readonly index: VideoIndex | null;
  readonly modelHash: string | null;
};

/** `skipped`: the run's budget had no room for the item's next call; its finished steps are kept. */
export type ItemResult = {
  readonly outcome: Extract<Outcome, 'answered' | 'unparsed' | 'skipped'>;
};

/** Type of the failure with which an activity says that the run's budget has no room for its call. */
export const budgetFailureType = 'budget';

/** `eval/<runId>`: the root of a run. */
export const evaluationWorkflowId = (runId: string): string => `eval/${runId}`;
/** `eval/<runId>/s/<nnnn>`: one shard. */
export const shardWorkflowId = (runId: string, shard: number): string =>
  `eval/${runId}/s/${String(shard).padStart(4, '0')}`;
/** `eval/<runId>/i/<32 hex>-<sample>`: one item; the same id in every drive. */
export const itemWorkflowId = (runId: string, workflowKey: string): string =>
  `eval/${runId}/i/${workflowKey}`;
/** `judge/<runId>`: judges the answers of a run. */
export const judgeWorkflowId = (runId: string): string => `judge/${runId}`;

import type { AnswerOption, TimeSpan } from './item.ts';
import type { Judgement } from './judging/judgement.ts';
import type { ItemFailure, Outcome, Step } from './outcome.ts';
import type { Remedy } from './errors/remedy.ts';

/** What an item's calls used. Money in US dollars, null where no price is configured. */
export type Usage = {
  readonly calls: number;
  readonly cached_calls: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly images: number;
  /** What this run paid. */
  readonly paid_usd: number | null;
  /** What it would have cost without the call store. */
  readonly list_usd: number | null;
};

export type PlannedImage = {
  readonly asked_frame_id: number;
  readonly used_frame_id: number;
  /** Whose frame it is; absent where the item has one video. */
  readonly video_id?: string;
  readonly prompt: string;
};

export type GeneratedImage = {
  readonly artifact: string;
  readonly source: 'generated' | 'reference';
  readonly width: number;
  readonly height: number;
};

export type RetrievedFrame = {
  readonly video_id: string;
  readonly frame_id: number;
  readonly time_s: number | null;
  /** Cosine similarity to the query picture. */
  readonly score: number;
  /** From 1. */
  readonly rank: number;
  /** Which picture found it, from 0. */
  readonly query: number;
};

export type ShownFrame = {
  readonly video_id: string;
  readonly frame_id: number;
  readonly time_s: number | null;
  readonly box: null;
  readonly tile: null;
};

export type StepTiming = {
  readonly step: Step;
  readonly started_at: string;
  readonly duration_ms: number;
  readonly attempts: number;
  readonly waited_ms: number;
  /** How refused requests of the step were changed to be made once more; absent when none was. */
  readonly remedies?: readonly Remedy[];
};

/** One result row: an item and sample of a run. Field names are the public format (docs/results-format.md). */
export type Row = {
  readonly schema_version: 1;
  readonly run_id: string;
  readonly item_id: string;
  readonly sample: number;
  readonly drive: number;
  /** What the item asks for (`itemTasks`). Rows before 0.3 have the data set's name here. */
  readonly task: string;
  /** Name of the data set. Absent in rows before 0.3. */
  readonly dataset?: string;
  readonly video_ids: readonly string[];
  readonly question: string;
  readonly options: readonly AnswerOption[];
  readonly gold: string | null;
  readonly gold_spans: readonly TimeSpan[];
  readonly source: Readonly<Record<string, unknown>>;
  readonly outcome: Outcome;
  readonly answer: string | null;
  readonly answer_text: string | null;
  readonly correct: boolean | null;
  readonly scores: Readonly<
    Record<string, { value: number | null; state: 'scored' | 'unscored'; scorer: string }>
  >;
  readonly failure: ItemFailure | null;
  readonly degraded: boolean;
  readonly strategy: string;
  readonly categories: Readonly<Record<string, readonly string[]>>;
  readonly planned: readonly PlannedImage[];
  readonly generated: readonly GeneratedImage[];
  /** What a search by text asked for; null for other strategies. Absent in rows of version 0.1. */
  readonly text_query: { readonly text: string; readonly truncated: boolean } | null;
  readonly retrieved: readonly RetrievedFrame[];
  readonly shown: readonly ShownFrame[];
  /** The store's to fill: an answer is judged after its row was written. */
  readonly judgements: readonly Judgement[];
  readonly previous_attempts: readonly PreviousAttempt[];
  readonly models: Readonly<Record<string, string>>;
  readonly prompt_version: string;
  readonly reply_artifact: string | null;
  readonly response_model: string | null;
  readonly parse_rule: string | null;
  readonly usage: Usage;
  readonly steps: readonly StepTiming[];
  readonly workflow_id: string;
  readonly workflow_run_id: string | null;
  readonly finished_at: string;
};

/** How the item ended in an earlier drive. */
export type PreviousAttempt = {
  readonly drive: number;
  readonly outcome: Outcome;
  readonly answer: string | null;
  readonly failure: ItemFailure | null;
  /** All that the item had used up to then. Absent where version 0.2 recorded it. */
  readonly usage?: Usage;
  readonly finished_at: string;
};

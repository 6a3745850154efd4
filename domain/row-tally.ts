import { isRowHit } from './frames/hit.ts';
import type { Item } from './item.ts';
import type { Row } from './row.ts';
import { isScorable } from './scoring.ts';

/** What rows add up to. Sums, so that a row that is replaced can be taken out again. */
export type RowTally = {
  /** Answers that were compared with a known answer. */
  scored: number;
  correct: number;
  /** Rows with a gold span that were shown frames at known times, and those that hit it. */
  spanned: number;
  hits: number;
  /** Rows with a gold span that were shown nothing. */
  unseen: number;
  calls: number;
  cachedCalls: number;
  promptTokens: number;
  completionTokens: number;
  images: number;
  paidUsd: number;
  /** Rows whose spend nobody knows. */
  paidUnknown: number;
  listUsd: number;
  listUnknown: number;
};

/** What the rows of one video add up to. */
export type VideoTally = Readonly<RowTally> & {
  readonly videoId: string;
  /** Scheduled items with a known answer. */
  readonly gold: number;
};

/** No rows at all. */
export const noTally: Readonly<RowTally> = {
  scored: 0,
  correct: 0,
  spanned: 0,
  hits: 0,
  unseen: 0,
  calls: 0,
  cachedCalls: 0,
  promptTokens: 0,
  completionTokens: 0,
  images: 0,
  paidUsd: 0,
  paidUnknown: 0,
  listUsd: 0,
  listUnknown: 0,
};

type Tallied = Pick<Row, 'outcome' | 'correct' | 'shown' | 'gold_spans' | 'video_ids' | 'usage'>;

/** What one row adds. An item that never ran says nothing about hits. */
export function tallyOf(row: Tallied): RowTally {
  const { outcome, correct, shown, usage } = row;
  const ran = outcome !== 'skipped' && outcome !== 'cancelled';
  const hit = ran ? isRowHit(row) : null;
  const isSeen = hit !== null && shown.length > 0;
  return {
    scored: Number(correct !== null),
    correct: Number(correct === true),
    spanned: Number(isSeen),
    hits: Number(isSeen && hit),
    unseen: Number(hit !== null && !isSeen),
    calls: usage.calls,
    cachedCalls: usage.cached_calls,
    promptTokens: usage.prompt_tokens,
    completionTokens: usage.completion_tokens,
    images: usage.images,
    paidUsd: usage.paid_usd ?? 0,
    paidUnknown: Number(usage.paid_usd === null),
    listUsd: usage.list_usd ?? 0,
    listUnknown: Number(usage.list_usd === null),
  };
}

/** Tallies added up. */
export function addTallies(tallies: Iterable<RowTally>): RowTally {
  const sums = { ...noTally };
  const keys = Object.keys(noTally) as (keyof RowTally)[];
  for (const tally of tallies) for (const key of keys) sums[key] += tally[key];
  return sums;
}

/** What is left of a tally without another. */
export function lessTally(whole: RowTally, part: RowTally): RowTally {
  const rest = { ...whole };
  for (const key of Object.keys(noTally) as (keyof RowTally)[]) rest[key] -= part[key];
  return rest;
}

/** Items with a known answer per video; every video is there. */
export function goldOfVideos(items: readonly Item[]): Map<string, number> {
  const gold = new Map<string, number>();
  for (const item of items) {
    const videoId = item.videoIds[0] ?? '';
    gold.set(videoId, (gold.get(videoId) ?? 0) + Number(isScorable(item)));
  }
  return gold;
}

import { freezeItems } from '../../domain/frozen-items.ts';
import type { Item } from '../../domain/item.ts';
import type { FailureClass, Outcome } from '../../domain/outcome.ts';
import type { Row } from '../../domain/row.ts';
import type { RunCounts } from '../../domain/summary.ts';
import { artifactOf, sampleItem } from './sample-run.ts';

/** Stores that hold one run in memory. Items without a row are pending. */
export function sampleStores({
  rows,
  items = rows.map((row) =>
    sampleItem(row.item_id, { videoIds: [...row.video_ids], gold: row.gold }),
  ),
  texts = [],
}: {
  readonly rows: readonly Row[];
  readonly items?: readonly Item[];
  /** Stored replies and pictures. */
  readonly texts?: readonly string[];
}) {
  const blobs = new Map([['frozen', freezeItems(items)]]);
  for (const text of texts) blobs.set(artifactOf(text), new TextEncoder().encode(text));
  const outcomes = rows.map((row) => row.outcome);
  const endedAs = (outcome: Outcome) => outcomes.filter((each) => each === outcome).length;
  const counts: RunCounts = {
    scheduled: items.length,
    answered: endedAs('answered'),
    unparsed: endedAs('unparsed'),
    failed: endedAs('failed'),
    skipped: endedAs('skipped'),
    cancelled: endedAs('cancelled'),
    running: 0,
    pending: items.length - rows.length,
    degraded: rows.filter((row) => row.degraded).length,
  };
  return {
    runs: {
      async *rows() {
        yield* rows;
      },
      counts: async () => counts,
      unclassifiedCalls: async () => 0,
      judgementTotals: async () => [],
      failures: async () => {
        const failures: Partial<Record<FailureClass, number>> = {};
        for (const { failure } of rows) {
          if (failure !== null) failures[failure.class] = (failures[failure.class] ?? 0) + 1;
        }
        return failures;
      },
    },
    blobs: {
      has: async (sha256: string) => blobs.has(sha256),
      get: async (sha256: string) => {
        const content = blobs.get(sha256);
        if (content === undefined) throw new Error(`no blob ${sha256}`);
        return content;
      },
    },
  };
}

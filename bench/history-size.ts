import type { Client } from '@temporalio/client';

/** One number per workflow, summarised. */
export type Spread = { readonly median: number; readonly p99: number; readonly max: number };

/** What the histories of a sample of closed workflows hold. */
export type HistorySizes = {
  readonly sampled: number;
  readonly events: Spread;
  readonly bytes: Spread;
};

/**
 * Asks the server for the length and the size of each history.
 *
 * @throws {Error} when one of the workflows has not completed: its history is no measure
 */
export async function measureHistories(
  client: Client,
  workflowIds: readonly string[],
): Promise<HistorySizes> {
  const sizes = await Promise.all(
    workflowIds.map(async (workflowId) => {
      const { status, historyLength, historySize } = await client.workflow
        .getHandle(workflowId)
        .describe();
      if (status.name !== 'COMPLETED') throw new Error(`${workflowId} is ${status.name}`);
      return { events: historyLength, bytes: historySize ?? NaN };
    }),
  );
  return {
    sampled: sizes.length,
    events: spread(sizes.map(({ events }) => events)),
    bytes: spread(sizes.map(({ bytes }) => bytes)),
  };
}

/** Up to `count` of the entries, evenly spaced. */
export function evenly<Entry>(entries: readonly Entry[], count: number): Entry[] {
  const kept = Math.min(count, entries.length);
  return Array.from({ length: kept }, (_, n) => entries[Math.floor((n * entries.length) / kept)]!);
}

/** Nearest-rank quantiles. */
function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (share: number): number =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  return { median: quantile(0.5), p99: quantile(0.99), max: quantile(1) };
}

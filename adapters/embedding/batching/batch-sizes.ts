/** How many pictures go into a batch; learns from each run. */
export type BatchSizes = {
  /** Pictures that the next batch may have. */
  readonly next: () => number;
  /** Pictures that any batch may have. */
  readonly largest: () => number;
  /** Rows that a batch of so many pictures is padded to: a size for which the device is warmed up. */
  readonly rowsFor: (pictures: number) => number;
  /** Whether runs are over so soon that a full batch may line up behind the one in progress. */
  readonly areRunsShort: () => boolean;
  /** Notes how long a run took. */
  readonly ran: (rows: number, elapsedMs: number) => void;
  /**
   * Notes that a batch was too large for the device's memory.
   *
   * @returns whether smaller batches can be tried
   */
  readonly halve: (rows: number) => boolean;
};

/** Sizes that devices other than the CPU are warmed up for: each new size costs them a search. */
export const batchBuckets = [1, 2, 4, 8, 16, 32] as const;

/** A query waits for the batch in progress, so a batch should not take longer than this. */
const batchTargetMs = 250;
/** What a query may wait longer so that the device need not wait for the event loop. */
const shortRunMs = 100;

/**
 * @param largest     the largest of `batchBuckets` to use. 1 on the CPU, where larger batches are
 *   slower, and where a picture's vector must not depend, in its last bits, on its neighbours
 * @param firstRunMs  how long one picture took in the model's first run
 */
export function createBatchSizes(largest: number, firstRunMs: number): BatchSizes {
  let limit = largest;
  let msPerRow = firstRunMs;
  let lastRunMs = firstRunMs;
  return {
    next: () => Math.max(1, Math.min(limit, Math.floor(batchTargetMs / msPerRow))),
    largest: () => limit,
    rowsFor: (pictures) => batchBuckets.find((bucket) => bucket >= pictures) ?? pictures,
    areRunsShort: () => lastRunMs <= shortRunMs,
    ran: (rows, elapsedMs) => {
      lastRunMs = elapsedMs;
      msPerRow = elapsedMs / rows;
    },
    halve: (rows) => {
      if (rows <= 1) return false;
      limit = Math.min(limit, Math.max(1, Math.floor(rows / 2)));
      return true;
    },
  };
}

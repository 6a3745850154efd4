/** How many pictures go into a batch; learns from each run. */
export type BatchSizes = {
  /** Pictures that the next batch may have. */
  readonly next: () => number;
  /** Pictures that any batch may have. */
  readonly largest: () => number;
  /** Rows of a batch of so many pictures: padded to a size for which the device is warmed up. */
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

/** How a kind of device takes its batches. */
export type BatchKind = {
  /** A query waits for the batch in progress, so a batch should not take longer than this. */
  readonly targetMs: number;
  /** Whether batches are padded to one of `batchBuckets`. */
  readonly isPadded: boolean;
  /** Rows that go through the model at once. */
  readonly rowsAtOnce: number;
};

export const acceleratorBatches: BatchKind = {
  targetMs: 250,
  isPadded: true,
  rowsAtOnce: Infinity,
};
/**
 * The CPU takes one picture after the other: it is no faster with several at once, and a picture's
 * vector must not depend, in its last bits, on its neighbours. A batch only saves the hand-over to
 * the model's thread, a tenth of a millisecond, which matters where a picture takes less than one.
 */
export const cpuBatches: BatchKind = { targetMs: 10, isPadded: false, rowsAtOnce: 1 };
/** Of the CPU. */
export const largestCpuBatch = 8;

/** What a query may wait longer so that the device need not wait for the event loop. */
const shortRunMs = 100;

/**
 * @param largest     pictures that the first batches may have
 * @param firstRunMs  how long one picture took in the model's first run
 */
export function createBatchSizes(
  largest: number,
  firstRunMs: number,
  { targetMs, isPadded }: BatchKind = acceleratorBatches,
): BatchSizes {
  let limit = largest;
  let msPerRow = firstRunMs;
  let lastRunMs = firstRunMs;
  return {
    next: () => Math.max(1, Math.min(limit, Math.floor(targetMs / msPerRow))),
    largest: () => limit,
    rowsFor: (pictures) =>
      (isPadded ? batchBuckets.find((bucket) => bucket >= pictures) : undefined) ?? pictures,
    areRunsShort: () => lastRunMs <= shortRunMs,
    ran: (rows, elapsedMs) => {
      if (rows === 0) return;
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

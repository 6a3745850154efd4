/** What an embedder has done since it was opened. */
export type EmbedderMetrics = {
  /** Since it was opened. */
  readonly elapsedMs: number;
  /** Pictures whose vectors were delivered. */
  readonly pictures: number;
  readonly batches: number;
  /** Null before the first batch. */
  readonly meanBatchSize: number | null;
  /** From a picture's arrival to the start of its run; p95 over the last 1,024. Null before the first. */
  readonly queueWaitMs: { readonly mean: number; readonly p95: number } | null;
  /** Time the device stood idle while pictures were being decoded for it. */
  readonly decodeWaitMs: number;
  /** In runs that are over, as the runtime's own threads measure them; runs side by side share it. */
  readonly deviceBusyMs: number;
  /** Share of `elapsedMs`, 0 to 1. */
  readonly deviceBusyShare: number;
  /** Calls refused because the queue was full. */
  readonly overloads: number;
  /** Batches that were halved because the device's memory did not suffice. */
  readonly memoryHalvings: number;
};

/** Counts for the metrics; each call costs next to nothing. */
export type MetricsRecorder = {
  /** Notes whether, from now on, the device stands idle while pictures are decoded for it. */
  readonly isWaitingForDecoding: (isWaiting: boolean) => void;
  /** @param waitsMs  of each picture of the batch, until now */
  readonly started: (waitsMs: readonly number[]) => void;
  /**
   * @param elapsedMs  that the run took from the device
   * @param pictures   delivered
   */
  readonly ran: (elapsedMs: number, pictures: number) => void;
  readonly overloaded: () => void;
  readonly halved: () => void;
  readonly snapshot: () => EmbedderMetrics;
};

const waitsKept = 1024;

/** @param now  a clock in milliseconds */
export function createMetrics(now: () => number = () => performance.now()): MetricsRecorder {
  const opened = now();
  let decodeWaitMs = 0;
  let deviceBusyMs = 0;
  const waits = createWaits();
  const counts = { pictures: 0, batches: 0, overloads: 0, memoryHalvings: 0 };
  let isWaiting = false;
  let since = opened;

  const account = (): void => {
    const time = now();
    if (isWaiting) decodeWaitMs += time - since;
    since = time;
  };
  return {
    isWaitingForDecoding: (next) => {
      account();
      isWaiting = next;
    },
    started: (waitsMs) => {
      counts.batches += 1;
      for (const wait of waitsMs) waits.add(wait);
    },
    ran: (elapsedMs, pictures) => {
      deviceBusyMs += elapsedMs;
      counts.pictures += pictures;
    },
    overloaded: () => {
      counts.overloads += 1;
    },
    halved: () => {
      counts.memoryHalvings += 1;
    },
    snapshot: () => {
      account();
      const elapsedMs = since - opened;
      return {
        ...counts,
        elapsedMs,
        meanBatchSize: counts.batches === 0 ? null : waits.count() / counts.batches,
        queueWaitMs: waits.summary(),
        decodeWaitMs,
        deviceBusyMs,
        deviceBusyShare: elapsedMs === 0 ? 0 : deviceBusyMs / elapsedMs,
      };
    },
  };
}

function createWaits() {
  const recent: number[] = [];
  let count = 0;
  let totalMs = 0;
  return {
    add: (waitMs: number): void => {
      recent[count % waitsKept] = waitMs;
      count += 1;
      totalMs += waitMs;
    },
    count: () => count,
    summary: (): EmbedderMetrics['queueWaitMs'] =>
      count === 0 ? null : { mean: totalMs / count, p95: percentile95(recent) },
  };
}

/** The smallest value that at least 95 % of the values do not exceed. */
function percentile95(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.ceil(sorted.length * 0.95) - 1]!;
}

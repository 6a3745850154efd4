import { normalizeRows } from '../../../domain/frames/similarity.ts';
import { createBatchesAhead } from './batch-ahead.ts';
import { giveUp } from './batch-give-up.ts';
import type { BatchSizes } from './batch-sizes.ts';
import { BadVectorError } from '../embedding-errors.ts';
import type { MetricsRecorder } from '../metrics.ts';
import type { Lane, QueuedPicture } from './picture-queue.ts';
import type { PreparedBatch } from './prepare-batch.ts';

/** How batches are made and run. */
export type PipelineStages = {
  /** Values per vector. */
  readonly dimension: number;
  readonly sizes: BatchSizes;
  /** Runs that the model can do side by side. */
  readonly atOnce: number;
  /** Pictures that are prepared ahead of the batch in progress; queries may add as many again. */
  readonly picturesAhead: number;
  readonly metrics: MetricsRecorder;
  /** Gives up to `count` pictures that wait, of one lane if it is named. */
  take(count: number, only?: Lane): QueuedPicture[];
  /** Lets pictures that were taken wait again, before all others. */
  putBack(pictures: readonly QueuedPicture[]): void;
  prepare(pictures: readonly QueuedPicture[]): Promise<PreparedBatch>;
  join(batches: readonly PreparedBatch[]): PreparedBatch;
  /** Runs one batch. Shape of the result: [rows, dimension]. */
  run(batch: PreparedBatch): Promise<{ vectors: Float32Array; elapsedMs: number }>;
};

/** Carries pictures from the queue through the model to their requests. */
export type Pipeline = {
  /** Tells that pictures wait. */
  wake(): void;
  /** Starts nothing more and waits for what is in progress. */
  stop(): Promise<void>;
};

/**
 * Never waits for a batch to fill: whenever the model is free it gets what is ready, queries first,
 * and what comes next is decoded meanwhile. Batches form by themselves behind a busy model; only when
 * runs are short does a full one line up before the model is free. A batch
 * that is too large for the device's memory is taken apart and comes again in halves.
 */
export function createPipeline(stages: PipelineStages): Pipeline {
  const { sizes, atOnce, metrics } = stages;
  const running = new Set<Promise<void>>();
  let stopped = false;

  const wake = (): void => {
    if (stopped) return;
    while (running.size < atOnce && startRun(1));
    while (running.size < 2 * atOnce && sizes.areRunsShort() && startRun(sizes.next()));
    ahead.fill();
    metrics.isWaitingForDecoding(running.size === 0 && !ahead.isEmpty());
  };
  const startRun = (leastPictures: number): boolean => {
    const batches = ahead.choose(leastPictures);
    if (batches.length === 0) return false;
    const run = runBatch(stages.join(batches)).then(() => {
      running.delete(run);
      wake();
    });
    running.add(run);
    return true;
  };
  const ahead = createBatchesAhead(stages, wake);
  const runBatch = async (batch: PreparedBatch): Promise<void> => {
    const now = performance.now();
    metrics.started(batch.pictures.map(({ arrivedMs }) => now - arrivedMs));
    try {
      const { vectors, elapsedMs } = await stages.run(batch);
      sizes.ran(batch.rows, elapsedMs);
      metrics.ran(elapsedMs / atOnce, deliver(batch.pictures, vectors, stages.dimension));
    } catch (error) {
      giveUp(stages, batch.pictures, batch.rows, error);
    }
  };
  return {
    wake,
    stop: async () => {
      stopped = true;
      await Promise.all([ahead.decoded(), ...running]);
    },
  };
}

/**
 * Scales each row to unit length and hands it to its request; a useless row fails only its own.
 *
 * @returns how many were handed over
 */
function deliver(
  pictures: readonly QueuedPicture[],
  vectors: Float32Array,
  dimension: number,
): number {
  let delivered = 0;
  pictures.forEach(({ request, position }, row) => {
    const vector = vectors.subarray(row * dimension, (row + 1) * dimension);
    try {
      normalizeRows(vector, dimension);
    } catch (error) {
      return request.fail(new BadVectorError(position, error));
    }
    request.deliver(position, vector);
    delivered += 1;
  });
  return delivered;
}

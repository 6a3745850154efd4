import { normalizeRows } from '../../domain/similarity.ts';
import { BadVectorError } from './embedding-errors.ts';
import type { InferenceVectors } from './inference-messages.ts';
import type { QueuedPicture } from './picture-queue.ts';
import type { PreparedBatch } from './prepare-batch.ts';

/** How batches are made and run. */
export type PipelineStages = {
  /** Values per vector. */
  readonly dimension: number;
  /** How long one picture took in the model's first run, in milliseconds. */
  readonly firstRunMs: number;
  /** Gives up to `count` pictures that wait. */
  take(count: number): QueuedPicture[];
  prepare(pictures: readonly QueuedPicture[]): Promise<PreparedBatch>;
  /** Runs one batch; never asked for two at once. */
  run(batch: PreparedBatch): Promise<InferenceVectors>;
};

/** Carries pictures from the queue through the model to their requests. */
export type Pipeline = {
  /** Tells that pictures wait. */
  wake(): void;
  /** Starts nothing more and waits for what is in progress. */
  stop(): Promise<void>;
};

const largestBatch = 32;
/** A query waits for the batch in progress, so a batch should not take longer than this. */
const batchTargetMs = 250;

/**
 * Never waits for a batch to fill: whenever the model is free it gets what is there, and the next
 * batch is decoded meanwhile. Batches form by themselves behind a busy model; they are as large as
 * the model runs in a quarter of a second, at most 32 pictures.
 */
export function createPipeline(stages: PipelineStages): Pipeline {
  let msPerPicture = stages.firstRunMs;
  let stopped = false;
  let preparing: Promise<void> | undefined;
  let prepared: PreparedBatch | undefined;
  let running: Promise<void> | undefined;

  const wake = (): void => {
    if (stopped) return;
    if (prepared?.pictures.every(({ request }) => request.settled())) prepared = undefined;
    if (prepared !== undefined && running === undefined) {
      running = runBatch(prepared);
      prepared = undefined;
    }
    if (prepared !== undefined || preparing !== undefined) return;
    const size = Math.floor(batchTargetMs / msPerPicture);
    const pictures = stages.take(Math.max(1, Math.min(largestBatch, size)));
    if (pictures.length > 0) preparing = prepareNext(pictures);
  };
  const prepareNext = async (pictures: readonly QueuedPicture[]): Promise<void> => {
    try {
      prepared = await stages.prepare(pictures);
    } catch (error) {
      for (const { request } of pictures) request.fail(error);
    }
    preparing = undefined;
    wake();
  };
  const runBatch = async (batch: PreparedBatch): Promise<void> => {
    try {
      const { vectors, elapsedMs } = await stages.run(batch);
      msPerPicture = elapsedMs / batch.pictures.length;
      deliver(batch.pictures, vectors, stages.dimension);
    } catch (error) {
      for (const { request } of batch.pictures) request.fail(error);
    }
    running = undefined;
    wake();
  };
  return {
    wake,
    stop: async () => {
      stopped = true;
      await Promise.all([preparing, running]);
    },
  };
}

/** Scales each row to unit length and hands it to its request; a useless row fails only its own. */
function deliver(
  pictures: readonly QueuedPicture[],
  vectors: Float32Array,
  dimension: number,
): void {
  pictures.forEach(({ request, position }, row) => {
    const vector = vectors.subarray(row * dimension, (row + 1) * dimension);
    try {
      normalizeRows(vector, dimension);
    } catch (error) {
      return request.fail(new BadVectorError(position, error));
    }
    request.deliver(position, vector);
  });
}

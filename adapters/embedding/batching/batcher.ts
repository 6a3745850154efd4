import { createPipeline, type PipelineStages } from './batch-pipeline.ts';
import { EmbedderClosedError } from '../embedding-errors.ts';
import { type EmbedRequest, openRequest } from './embed-request.ts';
import { createPictureQueue, type Lane } from './picture-queue.ts';

/** Gathers the pictures of many calls into batches for one model. */
export type Batcher = {
  embed(
    pictures: readonly Uint8Array[],
    lane: Lane,
    signal: AbortSignal | undefined,
  ): Promise<{ vectors: Float32Array }>;
  /** Rejects every call that is not answered yet. */
  failAll(error: Error): void;
  /** Rejects what has not reached the model and waits for the batch that has. */
  close(): Promise<void>;
};

/** @param queueCapacity  pictures that may wait */
export function createBatcher(
  stages: Omit<PipelineStages, 'take' | 'putBack'>,
  queueCapacity: number,
): Batcher {
  const queue = createPictureQueue(queueCapacity);
  const pipeline = createPipeline({ ...stages, take: queue.take, putBack: queue.putBack });
  const open = new Set<EmbedRequest>();
  let closed = false;

  const failAll = (error: Error): void => {
    for (const request of open) request.fail(error);
  };
  return {
    failAll,
    embed: async (pictures, lane, signal) => {
      if (closed) throw new EmbedderClosedError();
      signal?.throwIfAborted();
      if (pictures.length === 0) return { vectors: new Float32Array() };
      const request = openRequest(pictures.length, stages.dimension, signal, (settled) => {
        open.delete(settled);
        queue.drop(settled);
      });
      open.add(request);
      try {
        queue.add(lane, request, pictures);
      } catch (error) {
        stages.metrics.overloaded();
        request.fail(error);
      }
      pipeline.wake();
      return request.result;
    },
    close: async () => {
      closed = true;
      await pipeline.stop();
      failAll(new EmbedderClosedError());
    },
  };
}

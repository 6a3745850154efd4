import type { PipelineStages } from './batch-pipeline.ts';
import { saysOutOfMemory } from '../runtime/device-errors.ts';
import type { QueuedPicture } from './picture-queue.ts';

/** Lets pictures come again in smaller batches if memory ran out, and otherwise fails them. */
export function giveUp(
  { sizes, metrics, putBack }: Pick<PipelineStages, 'sizes' | 'metrics' | 'putBack'>,
  pictures: readonly QueuedPicture[],
  rows: number,
  error: unknown,
): void {
  if (error instanceof Error && saysOutOfMemory(error.message) && sizes.halve(rows)) {
    metrics.halved();
    putBack(pictures.filter(({ request }) => !request.settled()));
    return;
  }
  for (const { request } of pictures) request.fail(error);
}

import { BadPictureError } from './embedding-errors.ts';
import type { PreparePicture } from './picture-preparation.ts';
import type { QueuedPicture } from './picture-queue.ts';

/** Pictures ready for the model. */
export type PreparedBatch = {
  /** In the order of their rows. */
  readonly pictures: readonly QueuedPicture[];
  /** Shape [pictures, 3, height, width], in a buffer of its own that may be given away. */
  readonly pixels: Float32Array;
};

/**
 * Decodes the pictures of a batch, a few at a time. A picture that cannot be decoded fails its own
 * request only and is left out, as are pictures whose request was decided meanwhile.
 *
 * @param valuesPerPicture  floats of one prepared picture
 * @param atOnce            pictures decoded at the same time
 */
export async function prepareBatch(
  pictures: readonly QueuedPicture[],
  prepare: PreparePicture,
  valuesPerPicture: number,
  atOnce: number,
): Promise<PreparedBatch> {
  const slots = new Float32Array(pictures.length * valuesPerPicture);
  const rowOf = (slot: number): Float32Array =>
    slots.subarray(slot * valuesPerPicture, (slot + 1) * valuesPerPicture);
  const prepareSlot = async (slot: number): Promise<void> => {
    const { request, position, bytes } = pictures[slot]!;
    if (request.settled()) return;
    try {
      await prepare(bytes, rowOf(slot));
    } catch (error) {
      request.fail(new BadPictureError(position, error));
    }
  };
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < pictures.length) await prepareSlot(next++);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, pictures.length) }, work));

  const kept = [...pictures.keys()].filter((slot) => !pictures[slot]!.request.settled());
  kept.forEach((slot, row) => {
    if (slot !== row)
      slots.copyWithin(
        row * valuesPerPicture,
        slot * valuesPerPicture,
        (slot + 1) * valuesPerPicture,
      );
  });
  const used = kept.length * valuesPerPicture;
  return {
    pictures: kept.map((slot) => pictures[slot]!),
    pixels: used === slots.length ? slots : slots.slice(0, used),
  };
}

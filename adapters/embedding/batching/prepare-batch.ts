import type { BatchBuffers } from './batch-buffers.ts';
import { BadPictureError } from '../embedding-errors.ts';
import type { PreparePicture } from '../pictures/picture-preparation.ts';
import type { QueuedPicture } from './picture-queue.ts';

/** Pictures ready for the model. */
export type PreparedBatch = {
  /** In the order of their rows. */
  readonly pictures: readonly QueuedPicture[];
  /** At least the number of pictures; rows beyond are zeros. */
  readonly rows: number;
  /** Shape [rows, 3, height, width], at the start of a buffer that may be given away. */
  readonly pixels: Float32Array;
};

/** How batches are prepared. */
export type Preparing = {
  /** Decodes one picture into its row. */
  readonly prepare: PreparePicture;
  /** Values of one row. */
  readonly valuesPerPicture: number;
  readonly rowsFor: (pictures: number) => number;
  readonly buffers: BatchBuffers;
};

/**
 * Decodes the pictures of a batch, all at once; `prepare` limits itself. A picture that cannot be
 * decoded fails its own request only and is left out, as are pictures whose request was decided
 * meanwhile.
 */
export async function prepareBatch(
  pictures: readonly QueuedPicture[],
  preparing: Preparing,
): Promise<PreparedBatch> {
  const { prepare, valuesPerPicture, rowsFor, buffers } = preparing;
  const slots = buffers.take(rowsFor(pictures.length) * valuesPerPicture);
  await Promise.all(
    pictures.map(async ({ request, position, bytes }, slot) => {
      if (request.settled()) return;
      const row = slots.subarray(slot * valuesPerPicture, (slot + 1) * valuesPerPicture);
      try {
        await prepare(bytes, row);
      } catch (error) {
        request.fail(new BadPictureError(position, error));
      }
    }),
  );
  const kept = [...pictures.keys()].filter((slot) => !pictures[slot]!.request.settled());
  kept.forEach((slot, row) => {
    if (slot === row) return;
    const start = slot * valuesPerPicture;
    slots.copyWithin(row * valuesPerPicture, start, start + valuesPerPicture);
  });
  const rows = rowsFor(kept.length);
  const pixels = slots.subarray(0, rows * valuesPerPicture);
  pixels.fill(0, kept.length * valuesPerPicture);
  return { pictures: kept.map((slot) => pictures[slot]!), rows, pixels };
}

/** One batch of several small ones. */
export function joinBatches(
  batches: readonly PreparedBatch[],
  { valuesPerPicture, rowsFor, buffers }: Omit<Preparing, 'prepare'>,
): PreparedBatch {
  if (batches.length === 1) return batches[0]!;
  const pictures = batches.flatMap((batch) => batch.pictures);
  const rows = rowsFor(pictures.length);
  const pixels = buffers.take(rows * valuesPerPicture);
  let used = 0;
  for (const batch of batches) {
    const values = batch.pictures.length * valuesPerPicture;
    pixels.set(batch.pixels.subarray(0, values), used);
    used += values;
    buffers.give(batch.pixels.buffer as ArrayBuffer);
  }
  pixels.fill(0, used);
  return { pictures, rows, pixels };
}

import type { ResampleWindows } from './resample-windows.ts';

/** The weights of one axis as the kernels read them; `assembly/resample.ts` says how. */
export type PackedWeights = {
  readonly weights: Int16Array;
  /** Bytes per target pixel. */
  readonly stride: number;
};

/** A weight's lowest bits, which are kept apart: the kernels multiply numbers of 16 bits. */
const lowBits = 11;

/** Packs weights in groups of high parts followed by their low parts, filled up with zeros. */
export function packWeights(windows: ResampleWindows, groupLength: number): PackedWeights {
  const { starts, reach } = windows;
  const perPixel = 2 * groupLength * Math.ceil(reach / groupLength);
  const weights = new Int16Array(starts.length * perPixel);
  for (let pixel = 0; pixel < starts.length; pixel++) {
    let place = pixel * perPixel;
    for (let tap = 0; tap < reach; tap++) {
      const weight = windows.weights[pixel * reach + tap]!;
      weights[place] = weight >> lowBits;
      weights[place + groupLength] = weight & ((1 << lowBits) - 1);
      place += (tap + 1) % groupLength === 0 ? groupLength + 1 : 1;
    }
  }
  return { weights, stride: perPixel * weights.BYTES_PER_ELEMENT };
}

/**
 * Where the windows of the target pixels `from` to `to` begin, counted from source pixel `origin` in
 * steps of `unit`, and how many groups each has.
 */
export function packSpans(
  windows: ResampleWindows,
  groupLength: number,
  unit: number,
  range: { readonly from: number; readonly to: number; readonly origin: number },
): Int32Array {
  const spans = new Int32Array(2 * (range.to - range.from));
  for (let pixel = range.from; pixel < range.to; pixel++) {
    const place = 2 * (pixel - range.from);
    spans[place] = (windows.starts[pixel]! - range.origin) * unit;
    spans[place + 1] = Math.ceil(windows.counts[pixel]! / groupLength);
  }
  return spans;
}

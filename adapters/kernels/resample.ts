import { reserveAreas, roundUpTo16 } from './kernel-areas.ts';
import { type Band, planBands } from './resample-bands.ts';
import { packSpans, packWeights } from './resample-tables.ts';
import { type ResampleKernel, resampleWindows } from './resample-windows.ts';

/** Bytes red, green, blue, pixel by pixel and row by row; shape [height, width, 3]. */
export type RgbPixels = {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
};

/** The size a picture is brought to, and the part of the resized picture that is wanted. */
export type ResampleTarget = {
  readonly width: number;
  readonly height: number;
  readonly part: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
};

const channels = 3;
/** What the kernel weighs at once: pixels along a row, rows across. */
const pixelsAtOnce = 4;
const rowsAtOnce = 2;

/** Source rows are worked on in bands of about this much memory. */
const bandBytes = 16 * 2 ** 20;

/**
 * Resizes a picture to the very bytes that Pillow 12.3 gives: one axis after the other, each pass
 * rounded and clipped to bytes. The first pass goes along the rows, except where a picture more than
 * 100 times as high as wide gets lower.
 *
 * Runs on the caller's thread; a video frame takes a millisecond or two.
 *
 * @returns the wanted part, shape [part.height, part.width, 3]
 */
export function resample(
  source: RgbPixels,
  target: ResampleTarget,
  kernel: ResampleKernel,
): Uint8Array {
  const acrossFirst = source.height > 100 * source.width && target.height < source.height;
  if (!acrossFirst) return resampleAlongThenAcross(source, target, kernel);
  const { width } = source;
  const { height } = target;
  const part = { left: 0, top: 0, width, height };
  const data = resampleAlongThenAcross(source, { width, height, part }, kernel);
  return resampleAlongThenAcross({ width, height, data }, target, kernel);
}

/** An axis whose length does not change comes through unchanged. */
function resampleAlongThenAcross(
  source: RgbPixels,
  target: ResampleTarget,
  kernel: ResampleKernel,
): Uint8Array {
  const plan = planFor(source, target, kernel);
  const { bands, strides, along, across } = plan;
  const { width, height } = target.part;
  const { run, areas, bytes } = reserveAreas(plan.areaBytes);
  bytes.set(bytesOf(along.spans), areas.alongSpans);
  bytes.set(bytesOf(along.weights), areas.alongWeights);
  bytes.set(bytesOf(across.weights), areas.acrossWeights);
  const result = new Uint8Array(width * height * channels);
  const rowBytes = width * channels;
  for (const band of bands) {
    copyRows(source, plan, band, bytes.subarray(areas.source));
    bytes.set(bytesOf(band.spans), areas.acrossSpans);
    run.resampleAlong(
      areas.source,
      strides.source,
      band.sourceTo - band.sourceFrom,
      areas.alongSpans,
      areas.alongWeights,
      along.stride,
      width,
      areas.between,
      strides.between,
    );
    run.resampleAcross(
      areas.between,
      strides.between,
      areas.acrossSpans,
      areas.acrossWeights + band.from * across.stride,
      across.stride,
      band.to - band.from,
      areas.target,
    );
    for (let row = band.from; row < band.to; row++) {
      const start = areas.target + (row - band.from) * strides.between;
      result.set(bytes.subarray(start, start + rowBytes), row * rowBytes);
    }
  }
  return result;
}

let lastPlan: { readonly key: string; readonly plan: ResamplingPlan } | undefined;

/** Neighbouring frames have one shape, so the last plan is kept: making it takes half a millisecond. */
function planFor(source: RgbPixels, target: ResampleTarget, kernel: ResampleKernel) {
  const key = JSON.stringify([source.width, source.height, target, kernel]);
  if (lastPlan?.key !== key) lastPlan = { key, plan: planResampling(source, target, kernel) };
  return lastPlan.plan;
}

type ResamplingPlan = ReturnType<typeof planResampling>;

/** Everything that is known before memory is taken. */
function planResampling(source: RgbPixels, target: ResampleTarget, kernel: ResampleKernel) {
  const { left, top, width, height } = target.part;
  const along = resampleWindows(source.width, target.width, kernel, left, left + width);
  const across = resampleWindows(source.height, target.height, kernel, top, top + height);
  const columns = {
    from: along.starts[0]!,
    to: along.starts[width - 1]! + along.counts[width - 1]!,
  };
  const strides = {
    source: (columns.to - columns.from) * channels,
    between: roundUpTo16(width * channels + 1),
  };
  const bands = planBands(across, Math.floor(bandBytes / (strides.source + strides.between)));
  const sourceRows = Math.max(...bands.map((band) => band.sourceTo - band.sourceFrom));
  const targetRows = Math.max(...bands.map((band) => band.to - band.from));
  const alongTable = {
    ...packWeights(along, pixelsAtOnce),
    spans: packSpans(along, pixelsAtOnce, channels, { from: 0, to: width, origin: columns.from }),
  };
  const acrossTable = packWeights(across, rowsAtOnce);
  return {
    columns,
    strides,
    bands: bands.map((band) => ({
      ...band,
      spans: packSpans(across, rowsAtOnce, 1, { ...band, origin: band.sourceFrom }),
    })),
    along: alongTable,
    across: acrossTable,
    areaBytes: {
      alongSpans: alongTable.spans.byteLength,
      alongWeights: alongTable.weights.byteLength,
      acrossSpans: targetRows * 8,
      acrossWeights: acrossTable.weights.byteLength,
      source: sourceRows * strides.source,
      // A row more: an odd last row is read with the one behind it.
      between: (sourceRows + 1) * strides.between,
      target: targetRows * strides.between,
    },
  };
}

/** The source rows of a band, reduced to the columns that are needed. */
function copyRows(
  source: RgbPixels,
  { columns, strides }: ResamplingPlan,
  band: Band,
  target: Uint8Array,
): void {
  const rowBytes = source.width * channels;
  if (rowBytes === strides.source) {
    target.set(source.data.subarray(band.sourceFrom * rowBytes, band.sourceTo * rowBytes));
    return;
  }
  for (let row = band.sourceFrom; row < band.sourceTo; row++) {
    const start = row * rowBytes + columns.from * channels;
    const place = (row - band.sourceFrom) * strides.source;
    target.set(source.data.subarray(start, start + strides.source), place);
  }
}

function bytesOf(numbers: Int32Array | Int16Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

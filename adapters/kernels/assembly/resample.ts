/**
 * Weights have 22 binary digits behind the point, too many for a product of 16-bit lanes: each is
 * given as a high part (weight >> 11) and a low part (the 11 bits below).
 */
const lowBits: i32 = 11;
const weightBits: i32 = 22;

/**
 * Resamples rows of interleaved RGB bytes along their length, rounding and clipping to bytes.
 *
 * A group of weights is four source pixels: four high parts, then four low parts, int16. Reads up
 * to 4 bytes behind the last group's pixels, and writes one byte behind each target row.
 *
 * @param source        bytes, shape [rowCount, sourceStride]
 * @param spans         int32, shape [pixelCount, 2]: first byte in a source row, number of groups
 * @param weights       shape [pixelCount, weightsStride bytes]
 * @param target        receives bytes, shape [rowCount, targetStride]
 */
export function resampleAlong(
  source: usize,
  sourceStride: i32,
  rowCount: i32,
  spans: usize,
  weights: usize,
  weightsStride: i32,
  pixelCount: i32,
  target: usize,
  targetStride: i32,
): void {
  const spansEnd = spans + ((<usize>pixelCount) << 3);
  // Two rows at a time share the loads of their weights; an odd last row is its own companion.
  for (let row = 0; row < rowCount; row += 2) {
    const pair = row + 1 < rowCount ? 1 : 0;
    const row0 = source + <usize>row * <usize>sourceStride;
    const row1 = row0 + <usize>(pair * sourceStride);
    let target0 = target + <usize>row * <usize>targetStride;
    let target1 = target0 + <usize>(pair * targetStride);
    let pixelWeights = weights;
    for (let span = spans; span < spansEnd; span += 8) {
      let at = <usize>load<i32>(span);
      const end = pixelWeights + ((<usize>load<i32>(span, 4)) << 4);
      let high0 = i32x4.splat(0);
      let high1 = i32x4.splat(0);
      let low0 = i32x4.splat(0);
      let low1 = i32x4.splat(0);
      for (let group = pixelWeights; group < end; group += 16) {
        const parts = v128.load(group);
        const highFirst = v128.shuffle<i32>(parts, parts, 0, 0, 0, 0);
        const highLast = v128.shuffle<i32>(parts, parts, 1, 1, 1, 1);
        const lowFirst = v128.shuffle<i32>(parts, parts, 2, 2, 2, 2);
        const lowLast = v128.shuffle<i32>(parts, parts, 3, 3, 3, 3);
        const pixels0 = v128.load(row0 + at);
        const first0 = firstTwoPixels(pixels0);
        const last0 = lastTwoPixels(pixels0);
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(first0, highFirst));
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(first0, lowFirst));
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(last0, highLast));
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(last0, lowLast));
        const pixels1 = v128.load(row1 + at);
        const first1 = firstTwoPixels(pixels1);
        const last1 = lastTwoPixels(pixels1);
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(first1, highFirst));
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(first1, lowFirst));
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(last1, highLast));
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(last1, lowLast));
        at += 12;
      }
      v128.store32_lane(target0, toBytes(high0, low0), 0);
      v128.store32_lane(target1, toBytes(high1, low1), 0);
      target0 += 3;
      target1 += 3;
      pixelWeights += <usize>weightsStride;
    }
  }
}

/**
 * Resamples rows of bytes across: each target row is made of some source rows, rounded and clipped
 * to bytes.
 *
 * A group of weights is two source rows: two high parts, then two low parts, int16. An odd last row
 * needs a readable one behind it.
 *
 * @param source        bytes, shape [any, stride]; `stride` is a multiple of 16
 * @param spans         int32, shape [rowCount, 2]: first source row, number of groups
 * @param weights       shape [rowCount, weightsStride bytes]
 * @param target        receives bytes, shape [rowCount, stride]
 */
export function resampleAcross(
  source: usize,
  stride: i32,
  spans: usize,
  weights: usize,
  weightsStride: i32,
  rowCount: i32,
  target: usize,
): void {
  let out = target;
  for (let row = 0; row < rowCount; row++) {
    const span = spans + ((<usize>row) << 3);
    const firstRow = source + <usize>load<i32>(span) * <usize>stride;
    const rowWeights = weights + <usize>row * <usize>weightsStride;
    const end = rowWeights + ((<usize>load<i32>(span, 4)) << 3);
    for (let column: usize = 0; column < <usize>stride; column += 16) {
      let high0 = i32x4.splat(0);
      let high1 = i32x4.splat(0);
      let high2 = i32x4.splat(0);
      let high3 = i32x4.splat(0);
      let low0 = i32x4.splat(0);
      let low1 = i32x4.splat(0);
      let low2 = i32x4.splat(0);
      let low3 = i32x4.splat(0);
      let at = firstRow + column;
      for (let group = rowWeights; group < end; group += 8) {
        const high = v128.load32_splat(group);
        const low = v128.load32_splat(group, 4);
        const upper = v128.load(at);
        const lower = v128.load(at + <usize>stride);
        const left = interleaveLeft(upper, lower);
        const right = interleaveRight(upper, lower);
        const pixels0 = i16x8.extend_low_i8x16_u(left);
        const pixels1 = i16x8.extend_high_i8x16_u(left);
        const pixels2 = i16x8.extend_low_i8x16_u(right);
        const pixels3 = i16x8.extend_high_i8x16_u(right);
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(pixels0, high));
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(pixels1, high));
        high2 = i32x4.add(high2, i32x4.dot_i16x8_s(pixels2, high));
        high3 = i32x4.add(high3, i32x4.dot_i16x8_s(pixels3, high));
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(pixels0, low));
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(pixels1, low));
        low2 = i32x4.add(low2, i32x4.dot_i16x8_s(pixels2, low));
        low3 = i32x4.add(low3, i32x4.dot_i16x8_s(pixels3, low));
        at += (<usize>stride) << 1;
      }
      const half0 = i16x8.narrow_i32x4_s(rounded(high0, low0), rounded(high1, low1));
      const half1 = i16x8.narrow_i32x4_s(rounded(high2, low2), rounded(high3, low3));
      v128.store(out + column, i8x16.narrow_i16x8_u(half0, half1));
    }
    out += <usize>stride;
  }
}

/** Of four pixels the first two, as int16: red, red, green, green, blue, blue, 0, 0. */
function firstTwoPixels(pixels: v128): v128 {
  return i8x16.swizzle(pixels, i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
}

function lastTwoPixels(pixels: v128): v128 {
  return i8x16.swizzle(pixels, i8x16(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1));
}

function interleaveLeft(upper: v128, lower: v128): v128 {
  return v128.shuffle<u8>(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

function interleaveRight(upper: v128, lower: v128): v128 {
  return v128.shuffle<u8>(
    upper,
    lower,
    8,
    24,
    9,
    25,
    10,
    26,
    11,
    27,
    12,
    28,
    13,
    29,
    14,
    30,
    15,
    31,
  );
}

/** The whole numbers nearest to sums of both parts, not clipped. */
function rounded(high: v128, low: v128): v128 {
  const sum = i32x4.add(i32x4.shl(high, lowBits), low);
  return i32x4.shr_s(i32x4.add(sum, i32x4.splat(1 << (weightBits - 1))), weightBits);
}

/** Red, green and blue, clipped to bytes, in the lowest three bytes. */
function toBytes(high: v128, low: v128): v128 {
  const whole = rounded(high, low);
  const halves = i16x8.narrow_i32x4_s(whole, whole);
  return i8x16.narrow_i16x8_u(halves, halves);
}

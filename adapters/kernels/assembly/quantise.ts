const int16Largest: f64 = 32767;

/**
 * Writes rows x as whole numbers, each on a scale of its own: x = step · integers + rest. All sums
 * are float64. A row that is all zero or holds NaN or infinity gets the step 0 and no integers.
 *
 * @param rows      float32, row-major, shape [rowCount, stride]; stride is a multiple of 8
 * @param longest   length that the integer vectors may have before they are rounded
 * @param integers  receives int16, shape [rowCount, stride]
 * @param facts     receives float64, shape [rowCount, 3]: step, length of x, length of the rest
 */
export function quantiseRows(
  rows: usize,
  rowCount: i32,
  stride: i32,
  longest: f64,
  integers: usize,
  facts: usize,
): void {
  const rowBytes = (<usize>stride) << 2;
  for (let index = 0; index < rowCount; index++) {
    const length = sqrt(sumOfSquares(rows, rows + rowBytes));
    let step: f64 = 0;
    let lost: f64 = 0;
    if (length > 0 && length < Infinity) {
      const scale = min(longest / length, int16Largest / <f64>largestOf(rows, rows + rowBytes));
      step = 1 / scale;
      lost = sqrt(writeIntegers(rows, rows + rowBytes, scale, integers));
    }
    f64.store(facts, step);
    f64.store(facts, length, 8);
    f64.store(facts, lost, 16);
    rows += rowBytes;
    integers += rowBytes >> 1;
    facts += 24;
  }
}

function sumOfSquares(values: usize, end: usize): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (; values < end; values += 16) {
    const first = f64x2.promote_low_f32x4(v128.load64_zero(values));
    const second = f64x2.promote_low_f32x4(v128.load64_zero(values, 8));
    low = f64x2.add(low, f64x2.mul(first, first));
    high = f64x2.add(high, f64x2.mul(second, second));
  }
  return sumOfLanes(f64x2.add(low, high));
}

function largestOf(values: usize, end: usize): f32 {
  let largest = f32x4.splat(0);
  for (; values < end; values += 16) {
    largest = f32x4.pmax(largest, f32x4.abs(v128.load(values)));
  }
  return max(
    max(f32x4.extract_lane(largest, 0), f32x4.extract_lane(largest, 1)),
    max(f32x4.extract_lane(largest, 2), f32x4.extract_lane(largest, 3)),
  );
}

/** Returns the squares of what rounding lost. */
function writeIntegers(values: usize, end: usize, scale: f64, integers: usize): f64 {
  const scales = f64x2.splat(scale);
  const steps = f64x2.splat(1 / scale);
  let lost = f64x2.splat(0);
  for (; values < end; values += 32) {
    const value0 = f64x2.promote_low_f32x4(v128.load64_zero(values));
    const value1 = f64x2.promote_low_f32x4(v128.load64_zero(values, 8));
    const value2 = f64x2.promote_low_f32x4(v128.load64_zero(values, 16));
    const value3 = f64x2.promote_low_f32x4(v128.load64_zero(values, 24));
    const whole0 = f64x2.nearest(f64x2.mul(value0, scales));
    const whole1 = f64x2.nearest(f64x2.mul(value1, scales));
    const whole2 = f64x2.nearest(f64x2.mul(value2, scales));
    const whole3 = f64x2.nearest(f64x2.mul(value3, scales));
    lost = f64x2.add(lost, squaredRest(value0, whole0, steps));
    lost = f64x2.add(lost, squaredRest(value1, whole1, steps));
    lost = f64x2.add(lost, squaredRest(value2, whole2, steps));
    lost = f64x2.add(lost, squaredRest(value3, whole3, steps));
    v128.store(
      integers,
      i16x8.narrow_i32x4_s(fourIntegers(whole0, whole1), fourIntegers(whole2, whole3)),
    );
    integers += 16;
  }
  return sumOfLanes(lost);
}

function squaredRest(values: v128, whole: v128, steps: v128): v128 {
  const rest = f64x2.sub(values, f64x2.mul(whole, steps));
  return f64x2.mul(rest, rest);
}

function fourIntegers(first: v128, second: v128): v128 {
  return v128.shuffle<i64>(
    i32x4.trunc_sat_f64x2_s_zero(first),
    i32x4.trunc_sat_f64x2_s_zero(second),
    0,
    2,
  );
}

function sumOfLanes(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

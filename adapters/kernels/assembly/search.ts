/** Values in a block: rows and queries are padded with zeros to a whole number of these. */
const blockValues: i32 = 16;

/**
 * Inner products of one query with every row, in float32.
 *
 * Sixteen running sums per row; a product passes `stride / 16 + 4` additions on its way.
 *
 * @param rows      row-major float32, shape [rowCount, stride]
 * @param stride    values per row, a multiple of 16
 * @param query     float32, shape [stride]
 * @param scores    receives float32, shape [rowCount]
 */
export function scoreRows(
  rows: usize,
  rowCount: i32,
  stride: i32,
  query: usize,
  scores: usize,
): void {
  const rowBytes = (<usize>stride) << 2;
  let row = rows;
  for (let index = 0; index < rowCount; index++) {
    let sum0 = f32x4.splat(0);
    let sum1 = f32x4.splat(0);
    let sum2 = f32x4.splat(0);
    let sum3 = f32x4.splat(0);
    let left = row;
    let right = query;
    const end = row + rowBytes;
    while (left < end) {
      sum0 = f32x4.add(sum0, f32x4.mul(v128.load(left), v128.load(right)));
      sum1 = f32x4.add(sum1, f32x4.mul(v128.load(left, 16), v128.load(right, 16)));
      sum2 = f32x4.add(sum2, f32x4.mul(v128.load(left, 32), v128.load(right, 32)));
      sum3 = f32x4.add(sum3, f32x4.mul(v128.load(left, 48), v128.load(right, 48)));
      left += (<usize>blockValues) << 2;
      right += (<usize>blockValues) << 2;
    }
    const sum = f32x4.add(f32x4.add(sum0, sum1), f32x4.add(sum2, sum3));
    f32.store(scores + ((<usize>index) << 2), sumOfLanes(sum));
    row = end;
  }
}

function sumOfLanes(sum: v128): f32 {
  return (
    f32x4.extract_lane(sum, 0) +
    f32x4.extract_lane(sum, 1) +
    (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}

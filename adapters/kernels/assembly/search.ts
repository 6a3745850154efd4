// Integer products of int16 rows and queries. Values per row are padded with zeros to `stride`, a
// multiple of 32. Nothing overflows as long as rows and queries are at most 46,340 long: by the
// inequality of Cauchy and Schwarz every partial sum then stays below 2^31.

/**
 * The inner product of one query with every row.
 *
 * @param rows      int16, row-major, shape [rowCount, stride]
 * @param query     int16, shape [stride]
 * @param products  receives int32, shape [rowCount]
 */
export function multiplyRows(
  rows: usize,
  rowCount: i32,
  stride: i32,
  query: usize,
  products: usize,
): void {
  const rowBytes = (<usize>stride) << 1;
  let row = rows;
  for (let index = 0; index < rowCount; index++) {
    const end = row + rowBytes;
    let even = i32x4.splat(0);
    let odd = i32x4.splat(0);
    let other = query;
    while (row < end) {
      even = i32x4.add(even, i32x4.dot_i16x8_s(v128.load(row), v128.load(other)));
      odd = i32x4.add(odd, i32x4.dot_i16x8_s(v128.load(row, 16), v128.load(other, 16)));
      even = i32x4.add(even, i32x4.dot_i16x8_s(v128.load(row, 32), v128.load(other, 32)));
      odd = i32x4.add(odd, i32x4.dot_i16x8_s(v128.load(row, 48), v128.load(other, 48)));
      row += 64;
      other += 64;
    }
    i32.store(products + ((<usize>index) << 2), sumOfLanes(i32x4.add(even, odd)));
  }
}

/**
 * The inner products of four queries with every row: each value of a row is loaded once for all.
 *
 * @param rows           int16, row-major, shape [rowCount, stride]
 * @param queries        int16, row-major, shape [4, stride]
 * @param products       receives int32, shape [4, rowCount], one row every `productBytes`
 */
export function multiplyRowsByFour(
  rows: usize,
  rowCount: i32,
  stride: i32,
  queries: usize,
  products: usize,
  productBytes: usize,
): void {
  const rowBytes = (<usize>stride) << 1;
  let row = rows;
  for (let index = 0; index < rowCount; index++) {
    const end = row + rowBytes;
    let sum0 = i32x4.splat(0);
    let sum1 = i32x4.splat(0);
    let sum2 = i32x4.splat(0);
    let sum3 = i32x4.splat(0);
    let query0 = queries;
    let query1 = query0 + rowBytes;
    let query2 = query1 + rowBytes;
    let query3 = query2 + rowBytes;
    while (row < end) {
      let values = v128.load(row);
      sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(values, v128.load(query0)));
      sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(values, v128.load(query1)));
      sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(values, v128.load(query2)));
      sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(values, v128.load(query3)));
      values = v128.load(row, 16);
      sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(values, v128.load(query0, 16)));
      sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(values, v128.load(query1, 16)));
      sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(values, v128.load(query2, 16)));
      sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(values, v128.load(query3, 16)));
      row += 32;
      query0 += 32;
      query1 += 32;
      query2 += 32;
      query3 += 32;
    }
    let product = products + ((<usize>index) << 2);
    i32.store(product, sumOfLanes(sum0));
    product += productBytes;
    i32.store(product, sumOfLanes(sum1));
    product += productBytes;
    i32.store(product, sumOfLanes(sum2));
    product += productBytes;
    i32.store(product, sumOfLanes(sum3));
  }
}

function sumOfLanes(sum: v128): i32 {
  return (
    i32x4.extract_lane(sum, 0) +
    i32x4.extract_lane(sum, 1) +
    i32x4.extract_lane(sum, 2) +
    i32x4.extract_lane(sum, 3)
  );
}

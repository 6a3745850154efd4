/** The kinds of floating point numbers that embeddings are stored as. */
export type FloatType = 'float32' | 'float16' | 'bfloat16' | 'float64';

/** Bytes of one stored value. */
export const floatBytes: Readonly<Record<FloatType, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float64: 8,
};

/**
 * Turns stored little-endian values into 32-bit floats. Values of `float64` are rounded to the
 * nearest one; those too large for it become infinite.
 *
 * @param bytes   whole values
 * @param target  receives them from position `at` on
 */
export function decodeFloats(
  type: FloatType,
  bytes: Uint8Array,
  target: Float32Array,
  at: number,
): void {
  const aligned = bytes.byteOffset % floatBytes[type] === 0 ? bytes : bytes.slice();
  decoders[type](aligned, target, at);
}

type Decoder = (bytes: Uint8Array, target: Float32Array, at: number) => void;

const decoders: Readonly<Record<FloatType, Decoder>> = {
  float32: ({ buffer, byteOffset, byteLength }, target, at) =>
    target.set(new Float32Array(buffer, byteOffset, byteLength / 4), at),
  float64: ({ buffer, byteOffset, byteLength }, target, at) =>
    target.set(new Float64Array(buffer, byteOffset, byteLength / 8), at),
  float16: ({ buffer, byteOffset, byteLength }, target, at) => {
    const table = halfTable();
    const stored = new Uint16Array(buffer, byteOffset, byteLength / 2);
    for (let n = 0; n < stored.length; n++) target[at + n] = table[stored[n]!]!;
  },
  // A bfloat16 is the upper half of a float32.
  bfloat16: ({ buffer, byteOffset, byteLength }, target, at) => {
    const stored = new Uint16Array(buffer, byteOffset, byteLength / 2);
    const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
    for (let n = 0; n < stored.length; n++) bits[at + n] = stored[n]! << 16;
  },
};

let halves: Float32Array | undefined;

/** The value of each of the 65,536 half-precision numbers: a look-up is faster than arithmetic. */
function halfTable(): Float32Array {
  halves ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => halfValue(bits));
  return halves;
}

/** IEEE 754 binary16: one sign bit, five of exponent, ten of fraction. */
function halfValue(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

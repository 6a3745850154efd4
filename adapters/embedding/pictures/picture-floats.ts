/** How a model wants a picture's bytes as numbers. */
export type PictureScaling = {
  /** Value of a colour step: 1/255 maps bytes to 0 to 1. */
  readonly rescaleFactor: number;
  /** Per channel, in order red, green, blue; on the rescaled values. */
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
};

/** From interleaved bytes, shape [height, width, 3], to scaled and shifted floats, shape [3, height, width]. */
export type ToFloats = (pixels: Uint8Array, target: Float32Array) => void;

const channels = 3;
const byteValues = 256;

/** Works out the float of each byte once, per channel. */
export function createToFloats({
  rescaleFactor,
  mean,
  standardDeviation,
}: PictureScaling): ToFloats {
  const tables = mean.map((shift, channel) =>
    Float32Array.from(
      { length: byteValues },
      (_, byte) => (byte * rescaleFactor - shift) / standardDeviation[channel]!,
    ),
  );
  const [red, green, blue] = tables as [Float32Array, Float32Array, Float32Array];
  return (pixels, target) => {
    const plane = target.length / channels;
    // One loop over all three takes two thirds of the time of one per channel.
    for (let at = 0, byte = 0; at < plane; at++, byte += channels) {
      target[at] = red[pixels[byte]!]!;
      target[plane + at] = green[pixels[byte + 1]!]!;
      target[2 * plane + at] = blue[pixels[byte + 2]!]!;
    }
  };
}

import sharp from 'sharp';

/** Changes with the picture: a reference made with another one says nothing. */
export const selfTestPictureName = 'bands1';

const width = 640;
const height = 360;
const channels = 3;

/**
 * The picture of the self-test as PNG, the same on every machine: ramps, hard edges and fine noise,
 * rather bright. For most models one of its axes grows and one shrinks, so that both ways of
 * resizing are part of the test.
 */
export function selfTestPicture(): Promise<Uint8Array> {
  const pixels = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * channels;
      const isNoisy = (x >> 5) % 3 === (y >> 5) % 3;
      const edge = ((x >> 4) + (y >> 4)) % 2 === 0 ? 0 : 60;
      pixels[at] = 130 + ((x * 120) >> 10) + edge;
      pixels[at + 1] = 250 - ((y * 150) >> 9) - edge;
      pixels[at + 2] = isNoisy ? 100 + (scrambled(at) % 156) : 180;
    }
  }
  return sharp(pixels, { raw: { width, height, channels } }).png().toBuffer();
}

/** A whole number that looks random but follows from its argument (Knuth's multiplicative hash). */
function scrambled(value: number): number {
  return Math.imul(value, 2654435761) >>> 16;
}

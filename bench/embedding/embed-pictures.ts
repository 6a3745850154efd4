import sharp from 'sharp';

const width = 1280;
const height = 720;
const different = 16;

/** JPEG frames of 1280x720 with shapes and noise, as heavy to decode as footage; the same each time. */
export async function benchPictures(): Promise<Uint8Array[]> {
  return Promise.all(Array.from({ length: different }, (_, seed) => picture(seed)));
}

function picture(seed: number): Promise<Uint8Array> {
  const pixels = new Uint8Array(width * height * 3);
  let random = seed + 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      const noise = random >>> 28;
      const shape = Math.hypot(x - 80 * seed, y - 360) < 200 ? 90 : 0;
      const at = (y * width + x) * 3;
      pixels[at] = (x >> 3) + noise;
      pixels[at + 1] = (y >> 2) + shape / 3 + noise;
      pixels[at + 2] = 150 - shape + noise;
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer();
}

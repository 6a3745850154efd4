import { cp } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';

/** A model folder of test/fixtures/embedding. */
export function modelFolder(name: ModelName): string {
  return fileURLToPath(new URL(`../../fixtures/embedding/${name}`, import.meta.url));
}
type ModelName = 'plain' | 'slow' | 'images' | 'not-finite' | 'never-finite';

/** Copies a model folder without the references that other tests may be writing there right now. */
export function copyModelFolder(name: ModelName, to: string): Promise<void> {
  const filter = (path: string): boolean => basename(path) !== '.videoqa';
  return cp(modelFolder(name), to, { recursive: true, filter });
}

/** A PNG of one colour. */
export function plainPicture(colour: string, width = 64, height = 48): Promise<Uint8Array> {
  const background = colour;
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}

/** A picture of the models' own size, so that nothing is resized: red grows to the right, green downwards. */
export function gradient(side = 32): Sharp {
  const pixels = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      pixels.set([x * (256 / side), y * (256 / side), 50], (y * side + x) * 3);
    }
  }
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } });
}

/** Different PNGs, each with its own pattern. */
export function differentPictures(count: number): Promise<Uint8Array[]> {
  const side = 48;
  return Promise.all(
    Array.from({ length: count }, (_, seed) => {
      const pixels = Uint8Array.from(
        { length: side * side * 3 },
        (__, at) => 128 + 127 * Math.sin(at * (seed + 1) * 0.013),
      );
      return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
        .png()
        .toBuffer();
    }),
  );
}

import type { RgbImage } from './draw-object.ts';
import { createRandom, type Random } from './random.ts';

const grainSize = 1 << 16;

/** Bell-shaped noise with standard deviation 1, drawn once: a table is read far faster than drawn. */
const grain = createGrain();

function createGrain(): Float32Array {
  const random = createRandom('grain');
  return Float32Array.from({ length: grainSize }, () => {
    const sum = random.next() + random.next() + random.next() + random.next();
    return (sum - 2) * Math.sqrt(3);
  });
}

/**
 * Multiplies an image by `brightness` and adds noise of `deviation` levels to the luma, in place.
 * Every row starts at its own place of the noise table so that no pattern repeats.
 */
export function addGrain(
  image: RgbImage,
  brightness: number,
  deviation: number,
  random: Random,
): void {
  const { pixels, width, height } = image;
  let at = 0;
  for (let row = 0; row < height; row += 1) {
    const offset = random.integer(0, grainSize);
    for (let column = 0; column < width; column += 1) {
      const noise = (grain[(offset + column) & (grainSize - 1)] ?? 0) * deviation + 0.5;
      for (let channel = 0; channel < 3; channel += 1) {
        const value = (pixels[at] ?? 0) * brightness + noise;
        pixels[at] = value < 0 ? 0 : value > 255 ? 255 : value;
        at += 1;
      }
    }
  }
}

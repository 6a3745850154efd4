import { drawUnit } from './seeded-draws.ts';

/**
 * Marks a picture as invented: one pale, half see-through disc at a place and in a size that depend
 * on `seed`, in place. Pale, so that it is none of the synthetic world's objects.
 */
export function paintHint(
  pixels: Uint8Array,
  width: number,
  height: number,
  seed: string,
): Uint8Array {
  const radius = height * (0.1 + 0.15 * drawUnit(seed, 'radius'));
  const x = width * drawUnit(seed, 'x');
  const y = height * drawUnit(seed, 'y');
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      if (Math.hypot(column - x, row - y) > radius) continue;
      const at = (row * width + column) * 3;
      for (let channel = 0; channel < 3; channel += 1) {
        pixels[at + channel] = ((pixels[at + channel] ?? 0) + 235) / 2;
      }
    }
  }
  return pixels;
}

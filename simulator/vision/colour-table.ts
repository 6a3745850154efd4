import { colourRgb, colours } from '../world/vocabulary.ts';
import type { Rgb } from '../world/vocabulary.ts';

/** Table entry for a pixel that has none of the event colours. */
export const noColour = 0;

/** Bits kept per channel; 5 make a table of 32,768 entries that is fine enough for paint. */
const bits = 5;

/** How far, in RGB levels, a pixel may be from a lit paint and still count as it. */
const tolerance = 40;

/** Lights, as factors on the paint, under which it is recognised; a darker green is a forest's. */
const darkestLight = 0.64;
const brightestLight = 1.35;

/** Which event colour each pixel value has: index into `colours` plus 1, or `noColour`. */
const table = createTable();

/** The table's entry for one pixel. */
export function colourOf(red: number, green: number, blue: number): number {
  const shift = 8 - bits;
  const at = ((red >> shift) << (2 * bits)) | ((green >> shift) << bits) | (blue >> shift);
  return table[at] ?? noColour;
}

function createTable(): Uint8Array {
  const looks = colours.map((colour) => litPaints(colourRgb[colour]));
  const levels = 1 << bits;
  const step = 256 / levels;
  const centre = (level: number) => (level % levels) * step + step / 2;
  return Uint8Array.from({ length: levels ** 3 }, (_, entry) => {
    return nearestColour(looks, [
      centre(entry >> (2 * bits)),
      centre(entry >> bits),
      centre(entry),
    ]);
  });
}

/** The paint under every light, raised and lowered by the noise that moves all channels alike. */
function litPaints(paint: Rgb): Rgb[] {
  const looks: Rgb[] = [];
  for (let light = darkestLight; light <= brightestLight; light += 0.05) {
    for (const noise of [-14, 0, 14]) {
      const seen = (level: number) => Math.min(255, Math.max(0, level * light + noise));
      looks.push([seen(paint[0]), seen(paint[1]), seen(paint[2])]);
    }
  }
  return looks;
}

function nearestColour(looks: readonly (readonly Rgb[])[], pixel: Rgb): number {
  let nearest = tolerance;
  let colour = noColour;
  looks.forEach((variants, index) => {
    for (const look of variants) {
      const gap = Math.hypot(look[0] - pixel[0], look[1] - pixel[1], look[2] - pixel[2]);
      if (gap >= nearest) continue;
      nearest = gap;
      colour = index + 1;
    }
  });
  return colour;
}

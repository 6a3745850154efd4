import { colours } from '../world/vocabulary.ts';
import type { Colour } from '../world/vocabulary.ts';
import { colourOf, noColour } from './colour-table.ts';

/** A picture in memory: rows from the top, three bytes (red, green, blue) a pixel. */
export type RgbPicture = {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
};

/** Touching pixels of one event colour. Bounds are half-open. */
export type Region = {
  readonly colour: Colour;
  /** Pixel indices (row x width + column). */
  readonly members: Int32Array;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
};

/** Every region of an event colour with at least `smallestArea` pixels, first row first. */
export function findRegions(picture: RgbPicture, smallestArea: number): Region[] {
  const classes = classifyPixels(picture);
  const pending = new Int32Array(classes.length);
  const regions: Region[] = [];
  for (let start = 0; start < classes.length; start += 1) {
    const entry = classes[start] ?? noColour;
    // Most pixels have no event colour; asking an array for its element -1 is slow.
    if (entry === noColour) continue;
    const colour = colours[entry - 1];
    if (colour === undefined) continue;
    const size = flood(classes, picture, start, pending);
    if (size >= smallestArea) regions.push(describeRegion(colour, pending.slice(0, size), picture));
  }
  return regions;
}

function classifyPixels({ pixels, width, height }: RgbPicture): Uint8Array {
  const classes = new Uint8Array(width * height);
  for (let pixel = 0, at = 0; pixel < classes.length; pixel += 1, at += 3) {
    classes[pixel] = colourOf(pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0);
  }
  return classes;
}

/**
 * Collects into `members` all pixels that are joined to `start` by pixels of its class, takes them
 * out of `classes` and returns how many there are.
 */
function flood(
  classes: Uint8Array,
  { width, height }: RgbPicture,
  start: number,
  members: Int32Array,
): number {
  const wanted = classes[start];
  let size = 0;
  const take = (pixel: number) => {
    if (classes[pixel] !== wanted) return;
    classes[pixel] = noColour;
    members[size] = pixel;
    size += 1;
  };
  take(start);
  for (let next = 0; next < size; next += 1) {
    const pixel = members[next] ?? 0;
    const column = pixel % width;
    if (column > 0) take(pixel - 1);
    if (column < width - 1) take(pixel + 1);
    if (pixel >= width) take(pixel - width);
    if (pixel < width * (height - 1)) take(pixel + width);
  }
  return size;
}

function describeRegion(colour: Colour, members: Int32Array, { width }: RgbPicture): Region {
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
  for (const pixel of members) {
    const column = pixel % width;
    const row = (pixel - column) / width;
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
  }
  return { colour, members, left, top, right, bottom };
}

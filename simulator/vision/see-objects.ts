import type { SceneObject } from '../world/vocabulary.ts';
import { classifyShape } from './classify-shape.ts';
import { findRegions } from './find-regions.ts';
import type { Region, RgbPicture } from './find-regions.ts';

/** An event object found in a picture. */
export type SeenObject = SceneObject & {
  /** Centre and half the larger side of its bounds, in pixels of the picture. */
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** How well the shape fits, 0 to 1. */
  readonly likeness: number;
};

/** Smallest share of the picture that the paint of an object covers. */
const smallestShare = 0.003;

/** Largest share of the picture's longer side that an object spans; sky and ground span more. */
const largestSpan = 0.45;

const leastLikeness = 0.66;
const leastLead = 0.04;

/** Share of a region's rim that must lie next to the dark line every object is drawn with. */
const leastDarkRim = 0.6;

/** A pixel whose brightest channel stays below this is dark. */
const darkLevel = 96;

/**
 * The event objects in a picture: regions of a strong colour, dark around, with the form of a known
 * shape. Works from the pixels alone; objects cut off by the edge may be missed.
 */
export function seeObjects(picture: RgbPicture): SeenObject[] {
  const { width, height } = picture;
  const seen: SeenObject[] = [];
  for (const region of findRegions(picture, smallestShare * width * height)) {
    const spanX = region.right - region.left;
    const spanY = region.bottom - region.top;
    if (Math.max(spanX, spanY) > largestSpan * Math.max(width, height)) continue;
    if (darkRimShare(region, picture) < leastDarkRim) continue;
    const { shape, likeness, lead } = classifyShape(region, width);
    if (likeness < leastLikeness || lead < leastLead) continue;
    seen.push({
      shape,
      colour: region.colour,
      x: region.left + spanX / 2,
      y: region.top + spanY / 2,
      radius: Math.max(spanX, spanY) / 2,
      likeness,
    });
  }
  return seen.filter((inner) => !seen.some((outer) => isHoleOf(inner, outer)));
}

/** The background that shows through a ring is round and has a dark rim, too. */
function isHoleOf(inner: SeenObject, outer: SeenObject): boolean {
  if (outer.shape !== 'ring' || inner.radius >= outer.radius) return false;
  return Math.hypot(inner.x - outer.x, inner.y - outer.y) < outer.radius / 3;
}

/** Of the region's outermost pixels in every row and column, the share with a dark pixel beyond. */
function darkRimShare(region: Region, picture: RgbPicture): number {
  const { width, height, pixels } = picture;
  const members = new Set(region.members);
  const steps = [1, -1, width, -width];
  let rim = 0;
  let darkRim = 0;
  for (const pixel of region.members) {
    for (const step of steps) {
      if (members.has(pixel + step)) continue;
      rim += 1;
      if (isDarkBeyond(pixel, step)) darkRim += 1;
    }
  }
  return rim === 0 ? 0 : darkRim / rim;

  function isDarkBeyond(pixel: number, step: number): boolean {
    for (let distance = 1; distance <= 4; distance += 1) {
      const at = pixel + step * distance;
      if (at < 0 || at >= width * height) return false;
      const brightest = Math.max(
        pixels[3 * at] ?? 0,
        pixels[3 * at + 1] ?? 0,
        pixels[3 * at + 2] ?? 0,
      );
      if (brightest < darkLevel) return true;
    }
    return false;
  }
}

import type { Shape } from '../world/vocabulary.ts';
import type { Region } from './find-regions.ts';
import { normalise, shapeTemplates } from './shape-templates.ts';
import type { Silhouette } from './shape-templates.ts';

/** The shape a region resembles most. */
export type ShapeMatch = {
  readonly shape: Shape;
  /** Overlap of region and shape over their union, less a deduction for other proportions; at most 1. */
  readonly likeness: number;
  /** Lead over the best match among all other shapes. */
  readonly lead: number;
};

/** Compares a region, holes included, with every look of every shape. */
export function classifyShape(region: Region, pictureWidth: number): ShapeMatch {
  const silhouette = silhouetteOf(region, pictureWidth);
  const likeness = new Map<Shape, number>();
  for (const template of shapeTemplates) {
    const value = likenessOf(silhouette, template);
    likeness.set(template.shape, Math.max(likeness.get(template.shape) ?? -1, value));
  }
  const ranked = [...likeness].toSorted((left, right) => right[1] - left[1]);
  const [best, second] = ranked;
  if (best === undefined || second === undefined) throw new RangeError('There are no shapes');
  return { shape: best[0], likeness: best[1], lead: best[1] - second[1] };
}

function silhouetteOf(region: Region, pictureWidth: number): Silhouette {
  const width = region.right - region.left;
  const mask = new Uint8Array(width * (region.bottom - region.top));
  for (const pixel of region.members) {
    const column = pixel % pictureWidth;
    const row = (pixel - column) / pictureWidth;
    mask[(row - region.top) * width + column - region.left] = 1;
  }
  return normalise(
    region,
    (x, y) => mask[(Math.floor(y) - region.top) * width + Math.floor(x) - region.left] === 1,
  );
}

function likenessOf(seen: Silhouette, template: Silhouette): number {
  let shared = 0;
  let covered = 0;
  for (let cell = 0; cell < seen.cells.length; cell += 1) {
    const both = (seen.cells[cell] ?? 0) + (template.cells[cell] ?? 0);
    if (both === 2) shared += 1;
    if (both > 0) covered += 1;
  }
  return shared / covered - 0.4 * Math.abs(Math.log(seen.aspect / template.aspect));
}

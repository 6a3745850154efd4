import { shapeDistances } from '../world/draw-shape.ts';
import { shapes } from '../world/vocabulary.ts';
import type { Shape } from '../world/vocabulary.ts';

/** Cells per side of a normalised outline. */
export const gridSize = 32;

/** Cells of a `gridSize` x `gridSize` grid that a shape covers; the grid is the shape's own bounds. */
export type Silhouette = {
  readonly cells: Uint8Array;
  /** Width of the bounds over their height. */
  readonly aspect: number;
};

/** How a shape looks at one tilt. */
export type ShapeTemplate = Silhouette & { readonly shape: Shape };

/** Outline width in radii: the paint begins this far inside the edge, or is at the edge without one. */
const insets = [0.05, 0.09, 0.13];

const tilts = [-0.3, -0.15, 0, 0.15, 0.3];

/** Every look of every shape that a region is compared with. */
export const shapeTemplates: readonly ShapeTemplate[] = shapes.flatMap((shape) =>
  insets.flatMap((inset) => tilts.map((tilt) => drawTemplate(shape, inset, tilt))),
);

/** Brings a set of covered places into the normalised grid, each cell asked once at its centre. */
export function normalise(
  bounds: { left: number; top: number; right: number; bottom: number },
  isCovered: (x: number, y: number) => boolean,
): Silhouette {
  const width = bounds.right - bounds.left;
  const height = bounds.bottom - bounds.top;
  const cells = Uint8Array.from({ length: gridSize * gridSize }, (_, cell) => {
    const x = bounds.left + (((cell % gridSize) + 0.5) / gridSize) * width;
    const y = bounds.top + ((Math.floor(cell / gridSize) + 0.5) / gridSize) * height;
    return isCovered(x, y) ? 1 : 0;
  });
  return { cells, aspect: width / height };
}

function drawTemplate(shape: Shape, inset: number, tilt: number): ShapeTemplate {
  const distance = shapeDistances[shape];
  const [cosine, sine] = [Math.cos(tilt), Math.sin(tilt)];
  const isCovered = (x: number, y: number) =>
    distance(x * cosine + y * sine, y * cosine - x * sine) < -inset;
  return { shape, ...normalise(boundsOf(isCovered), isCovered) };
}

/** Bounds of what a predicate covers within 1.25 radii, found on a fine raster. */
function boundsOf(isCovered: (x: number, y: number) => boolean) {
  const step = 0.02;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let y = -1.25; y <= 1.25; y += step) {
    for (let x = -1.25; x <= 1.25; x += step) {
      if (!isCovered(x, y)) continue;
      left = Math.min(left, x - step / 2);
      right = Math.max(right, x + step / 2);
      top = Math.min(top, y - step / 2);
      bottom = Math.max(bottom, y + step / 2);
    }
  }
  return { left, top, right, bottom };
}

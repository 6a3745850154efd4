import type { Shape } from './vocabulary.ts';

/**
 * Signed distance from a point to a shape's edge, negative inside. Coordinates and result are in
 * units of the object's radius, x to the right and y downwards, origin at the centre.
 */
export type ShapeDistance = (x: number, y: number) => number;

type Corner = readonly [x: number, y: number];

const starCorners: readonly Corner[] = Array.from({ length: 10 }, (_, index) => {
  const reach = index % 2 === 0 ? 1.08 : 0.45;
  const angle = -Math.PI / 2 + (index * Math.PI) / 5;
  return [reach * Math.cos(angle), reach * Math.sin(angle)] as const;
});

const triangleCorners: readonly Corner[] = [
  [0, -1],
  [0.98, 0.78],
  [-0.98, 0.78],
];

const diamondCorners: readonly Corner[] = [
  [0, -1.1],
  [0.72, 0],
  [0, 1.1],
  [-0.72, 0],
];

/** The outline of each shape. */
export const shapeDistances: Readonly<Record<Shape, ShapeDistance>> = {
  circle: (x, y) => Math.hypot(x, y) - 0.95,
  square: (x, y) => boxDistance(x, y, 0.84, 0.84),
  triangle: (x, y) => polygonDistance(x, y, triangleCorners),
  diamond: (x, y) => polygonDistance(x, y, diamondCorners),
  star: (x, y) => polygonDistance(x, y, starCorners),
  cross: (x, y) => Math.min(boxDistance(x, y, 1, 0.33), boxDistance(x, y, 0.33, 1)),
  ring: (x, y) => Math.abs(Math.hypot(x, y) - 0.74) - 0.26,
  crescent: (x, y) => Math.max(Math.hypot(x, y) - 1, 0.86 - Math.hypot(x - 0.55, y + 0.12)),
};

function boxDistance(x: number, y: number, halfWidth: number, halfHeight: number): number {
  const dx = Math.abs(x) - halfWidth;
  const dy = Math.abs(y) - halfHeight;
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0);
}

/** Distance to the nearest side; the even-odd rule of a ray to the left decides the sign. */
function polygonDistance(x: number, y: number, corners: readonly Corner[]): number {
  let nearest = Number.POSITIVE_INFINITY;
  let inside = false;
  let [fromX, fromY] = corners[corners.length - 1] ?? [0, 0];
  for (const [toX, toY] of corners) {
    const sideX = toX - fromX;
    const sideY = toY - fromY;
    const along = ((x - fromX) * sideX + (y - fromY) * sideY) / (sideX * sideX + sideY * sideY);
    const clamped = Math.min(1, Math.max(0, along));
    const gapX = x - fromX - sideX * clamped;
    const gapY = y - fromY - sideY * clamped;
    nearest = Math.min(nearest, gapX * gapX + gapY * gapY);
    if (toY > y !== fromY > y && x < fromX + ((y - fromY) / sideY) * sideX) inside = !inside;
    fromX = toX;
    fromY = toY;
  }
  return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
}

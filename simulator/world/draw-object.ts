import { shapeDistances, type ShapeDistance } from './draw-shape.ts';
import { colourRgb, type Rgb, type SceneObject } from './vocabulary.ts';

/** An image in memory: rows from the top, three bytes (red, green, blue) a pixel. */
export interface RgbImage {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** How an object is painted; every field has the look of a filmed event as its default. */
export interface ObjectStyle {
  /** Width of the outline in pixels, drawn inside the edge; 0 for none. Default 3. */
  readonly outline?: number;
  /** Default near black. */
  readonly outlineColour?: Rgb;
  /** Default: the object's colour from the vocabulary. */
  readonly paint?: Rgb;
  /** Clockwise, in radians. Default 0. */
  readonly rotation?: number;
  /** How much lighter the top is than the bottom, 0 to 1. Default 0.15. */
  readonly shading?: number;
}

const nearBlack: Rgb = [22, 20, 26];

/**
 * Paints an object over an image in place, with smooth edges. `x`, `y` and `radius` are in pixels;
 * what lies outside the image is cut off.
 */
export function drawObject(
  image: RgbImage,
  object: SceneObject,
  x: number,
  y: number,
  radius: number,
  style: ObjectStyle = {},
): void {
  const outline = style.outline ?? 3;
  drawDistanceField(image, shapeDistances[object.shape], {
    x,
    y,
    radiusX: radius,
    radiusY: radius,
    rotation: style.rotation ?? 0,
    outline,
    outlineColour: style.outlineColour ?? nearBlack,
    paint: style.paint ?? colourRgb[object.colour],
    shading: style.shading ?? 0.15,
    opacity: 1,
  });
}

/** Where and how any distance field is painted. */
export interface FieldPlacement {
  readonly x: number;
  readonly y: number;
  readonly radiusX: number;
  readonly radiusY: number;
  readonly rotation: number;
  readonly outline: number;
  readonly outlineColour: Rgb;
  readonly paint: Rgb;
  readonly shading: number;
  readonly opacity: number;
}

/** Paints a distance field over an image in place; {@link drawObject} is the usual way in. */
export function drawDistanceField(
  image: RgbImage,
  distance: ShapeDistance,
  placement: FieldPlacement,
): void {
  const { pixels, width, height } = image;
  const { x, y, radiusX, radiusY, opacity, outline, outlineColour, paint } = placement;
  const reach = Math.max(radiusX, radiusY) * 1.15 + 2;
  const scale = Math.min(radiusX, radiusY);
  const cosine = Math.cos(placement.rotation);
  const sine = Math.sin(placement.rotation);
  const lastRow = Math.min(height - 1, Math.ceil(y + reach));
  const lastColumn = Math.min(width - 1, Math.ceil(x + reach));
  for (let row = Math.max(0, Math.floor(y - reach)); row <= lastRow; row += 1) {
    const dy = row + 0.5 - y;
    const light = 1 - (placement.shading * dy) / reach;
    for (let column = Math.max(0, Math.floor(x - reach)); column <= lastColumn; column += 1) {
      const dx = column + 0.5 - x;
      const unitX = (dx * cosine + dy * sine) / radiusX;
      const unitY = (dy * cosine - dx * sine) / radiusY;
      const edge = distance(unitX, unitY) * scale;
      if (edge >= 0.5) continue;
      const cover = Math.min(1, 0.5 - edge) * opacity;
      const fill = outline > 0 ? Math.min(1, Math.max(0, 0.5 - edge - outline)) : 1;
      const at = (row * width + column) * 3;
      for (let channel = 0; channel < 3; channel += 1) {
        const inside = Math.min(255, (paint[channel] ?? 0) * light);
        const colour = (outlineColour[channel] ?? 0) * (1 - fill) + inside * fill;
        const below = pixels[at + channel] ?? 0;
        pixels[at + channel] = below + (colour - below) * cover + 0.5;
      }
    }
  }
}

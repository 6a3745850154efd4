import { drawObject, type RgbImage } from './draw-object.ts';
import { addGrain } from './grain.ts';
import { createRandom, type Random } from './random.ts';
import { colourRgb, frameWidth, type Rgb, type SceneObject } from './vocabulary.ts';

/**
 * Makes what a simulated image model returns for a reference frame and one or two objects: the frame
 * it was sent, softened and tinted, with the objects painted at places and in sizes of the model's
 * own choice. It knows nothing but its arguments. Does not change `referenceRgb`; returns a new
 * buffer of `width` x `height` x 3 bytes, the same for the same arguments.
 */
export function imagineFrame(
  referenceRgb: Uint8Array,
  width: number,
  height: number,
  objects: readonly SceneObject[],
  seed: string,
): Uint8Array {
  const random = createRandom(`imagine/${seed}`);
  const scale = width / frameWidth;
  let pixels: Uint8Array = referenceRgb.slice();
  const passes = random.integer(1, 4);
  const reach = Math.max(1, Math.round(scale));
  for (let pass = 0; pass < passes; pass += 1) {
    pixels = boxBlur(pixels, width, height, reach);
  }
  tint(pixels, random.between(0.82, 1.18), random.between(0.65, 1.3), random.between(-10, 10));
  const image: RgbImage = { pixels, width, height };
  paintObjects(image, objects, scale, random);
  addGrain(image, 1, random.between(0.5, 3), random);
  return pixels;
}

/** Each object gets its own upright strip of the picture, in an order of the model's choice. */
function paintObjects(
  image: RgbImage,
  objects: readonly SceneObject[],
  scale: number,
  random: Random,
): void {
  const strip = image.width / Math.max(1, objects.length);
  random.shuffle(objects).forEach((object, place) => {
    const largest = Math.min(strip, image.height) / 2.25;
    const radius = Math.min(largest, random.between(24, 54) * scale);
    const paint = shiftedPaint(colourRgb[object.colour], random);
    const hasOutline = random.next() < 0.75;
    const grey = random.between(0, 90);
    const x = place * strip + random.between(radius, strip - radius);
    const y = random.between(radius, image.height - radius);
    drawObject(image, object, x, y, radius, {
      outline: hasOutline ? random.between(1, 6) * scale : 0,
      outlineColour: [grey, grey, grey + 12],
      paint,
      rotation: random.between(-0.25, 0.25),
      shading: random.between(0, 0.35),
    });
  });
}

function shiftedPaint(paint: Rgb, random: Random): Rgb {
  const light = random.between(0.86, 1.12);
  const shift = (channel: number) => clamp(channel * light + random.between(-16, 16));
  return [shift(paint[0]), shift(paint[1]), shift(paint[2])];
}

/** Scales brightness and saturation and leans the balance of red and blue, in place. */
function tint(pixels: Uint8Array, brightness: number, saturation: number, warmth: number): void {
  for (let at = 0; at + 2 < pixels.length; at += 3) {
    const red = pixels[at] ?? 0;
    const green = pixels[at + 1] ?? 0;
    const blue = pixels[at + 2] ?? 0;
    const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    pixels[at] = clamp((luma + (red - luma) * saturation) * brightness + warmth);
    pixels[at + 1] = clamp((luma + (green - luma) * saturation) * brightness);
    pixels[at + 2] = clamp((luma + (blue - luma) * saturation) * brightness - warmth);
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** The mean over a square of side `2 * reach + 1`; pixels beyond the border repeat the border. */
function boxBlur(pixels: Uint8Array, width: number, height: number, reach: number): Uint8Array {
  const across = new Uint8Array(pixels.length);
  for (let row = 0; row < height; row += 1) {
    blurLine(pixels, across, { start: row * width * 3, step: 3, count: width }, reach);
  }
  const blurred = new Uint8Array(pixels.length);
  for (let column = 0; column < width; column += 1) {
    blurLine(across, blurred, { start: column * 3, step: width * 3, count: height }, reach);
  }
  return blurred;
}

interface Line {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

function blurLine(from: Uint8Array, to: Uint8Array, line: Line, reach: number): void {
  const share = 1 / (2 * reach + 1);
  const last = line.start + (line.count - 1) * line.step;
  for (let channel = 0; channel < 3; channel += 1) {
    const lowest = line.start + channel;
    const highest = last + channel;
    let sum = (from[lowest] ?? 0) * (reach + 1);
    let entering = lowest;
    for (let index = 0; index < reach; index += 1) {
      entering = Math.min(highest, entering + line.step);
      sum += from[entering] ?? 0;
    }
    let leaving = lowest - reach * line.step;
    for (let at = lowest; at <= highest; at += line.step) {
      to[at] = sum * share + 0.5;
      entering = Math.min(highest, entering + line.step);
      sum += (from[entering] ?? 0) - (from[Math.max(lowest, leaving)] ?? 0);
      leaving += line.step;
    }
  }
}

import { drawDistanceField, type RgbImage } from './draw-object.ts';
import type { Distractor, Ridge, Scene } from './scene.ts';
import type { Rgb } from './vocabulary.ts';

/**
 * Paints sky, hills, ground and distractors as they look in one frame. The light swings slowly over
 * the video and the hills pan; both depend on `frame` alone.
 */
export function drawBackground(image: RgbImage, scene: Scene, frame: number): void {
  const swing = Math.sin((2 * Math.PI * frame) / scene.lightPeriod + scene.lightPhase);
  const light = 1 + scene.lightAmplitude * swing;
  const far = ridgeHeights(scene.farRidge, image.width, frame);
  const near = ridgeHeights(scene.nearRidge, image.width, frame);
  drawLayers(image, scene, light, far, near);
  for (const distractor of scene.distractors) drawDistractor(image, distractor, frame, light);
}

function ridgeHeights(ridge: Ridge, width: number, frame: number): Float64Array {
  const heights = new Float64Array(width);
  const block = ridge.waveLength / 5;
  for (let column = 0; column < width; column += 1) {
    const moved = column + ridge.phase + ridge.panPerFrame * frame;
    const place = ridge.blocky ? Math.floor(moved / block) * block : moved;
    const angle = (2 * Math.PI * place) / ridge.waveLength;
    const wave = 0.65 * Math.sin(angle) + 0.35 * Math.sin(2.3 * angle + 1.1);
    heights[column] = ridge.base - ridge.amplitude * wave;
  }
  return heights;
}

function drawLayers(
  image: RgbImage,
  scene: Scene,
  light: number,
  far: Float64Array,
  near: Float64Array,
): void {
  const { pixels, width, height } = image;
  const { palette, groundLine } = scene;
  const farHills = lit(palette.farHills, light);
  const nearHills = lit(palette.nearHills, light);
  let at = 0;
  for (let row = 0; row < height; row += 1) {
    const sky = lit(blend(palette.skyTop, palette.skyBottom, Math.min(1, row / 110)), light);
    const depth = Math.max(0, row - groundLine) / Math.max(1, height - groundLine);
    const ground = lit(palette.ground, light * (1 - 0.18 * depth));
    for (let column = 0; column < width; column += 1) {
      let colour = sky;
      if (row >= groundLine) colour = ground;
      else if (row >= (near[column] ?? 0)) colour = nearHills;
      else if (row >= (far[column] ?? 0)) colour = farHills;
      pixels[at] = colour[0];
      pixels[at + 1] = colour[1];
      pixels[at + 2] = colour[2];
      at += 3;
    }
  }
}

function drawDistractor(
  image: RgbImage,
  distractor: Distractor,
  frame: number,
  light: number,
): void {
  const margin = 24;
  const span = image.width + 2 * margin;
  const travelled = distractor.x + margin + distractor.driftX * frame;
  drawDistanceField(image, distractor.round ? discDistance : plateDistance, {
    x: (((travelled % span) + span) % span) - margin,
    y: distractor.y + distractor.driftY * frame,
    radiusX: distractor.radiusX,
    radiusY: distractor.radiusY,
    rotation: 0,
    outline: 0,
    outlineColour: distractor.paint,
    paint: lit(distractor.paint, light),
    shading: 0.1,
    opacity: distractor.opacity,
  });
}

const discDistance = (x: number, y: number) => Math.hypot(x, y) - 1;

const plateDistance = (x: number, y: number) => Math.max(Math.abs(x), Math.abs(y)) - 1;

function blend(from: Rgb, to: Rgb, share: number): Rgb {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}

function lit(colour: Rgb, light: number): Rgb {
  return [
    Math.min(255, colour[0] * light),
    Math.min(255, colour[1] * light),
    Math.min(255, colour[2] * light),
  ];
}

import type { Random } from './random.ts';
import type { Rgb } from './vocabulary.ts';

/** The names of the colour schemes a video can be set in. */
export const sceneSchemes = [
  'day',
  'sunset',
  'night',
  'forest',
  'desert',
  'snow',
  'ocean',
  'city',
] as const;

/** One of the eight colour schemes. */
export type SceneScheme = (typeof sceneSchemes)[number];

interface Palette {
  readonly skyTop: Rgb;
  readonly skyBottom: Rgb;
  readonly farHills: Rgb;
  readonly nearHills: Rgb;
  readonly ground: Rgb;
}

const palettes: Readonly<Record<SceneScheme, Palette>> = {
  day: {
    skyTop: [92, 160, 226],
    skyBottom: [188, 218, 238],
    farHills: [104, 150, 112],
    nearHills: [78, 124, 82],
    ground: [128, 154, 92],
  },
  sunset: {
    skyTop: [72, 52, 112],
    skyBottom: [236, 152, 98],
    farHills: [112, 74, 96],
    nearHills: [82, 54, 74],
    ground: [98, 72, 64],
  },
  night: {
    skyTop: [10, 14, 36],
    skyBottom: [36, 46, 82],
    farHills: [26, 32, 54],
    nearHills: [18, 24, 42],
    ground: [30, 36, 42],
  },
  forest: {
    skyTop: [152, 186, 192],
    skyBottom: [204, 216, 202],
    farHills: [62, 102, 72],
    nearHills: [42, 78, 52],
    ground: [70, 84, 54],
  },
  desert: {
    skyTop: [132, 182, 220],
    skyBottom: [234, 216, 184],
    farHills: [206, 168, 116],
    nearHills: [184, 142, 92],
    ground: [214, 182, 128],
  },
  snow: {
    skyTop: [168, 190, 212],
    skyBottom: [224, 232, 240],
    farHills: [188, 200, 214],
    nearHills: [206, 216, 228],
    ground: [234, 238, 244],
  },
  ocean: {
    skyTop: [112, 172, 210],
    skyBottom: [192, 216, 226],
    farHills: [72, 120, 146],
    nearHills: [52, 104, 136],
    ground: [36, 88, 122],
  },
  city: {
    skyTop: [142, 152, 168],
    skyBottom: [202, 202, 206],
    farHills: [122, 124, 134],
    nearHills: [90, 92, 102],
    ground: [102, 102, 104],
  },
};

/** A line of hills (or, where `blocky`, of roofs): a sum of two waves around a base height. */
export interface Ridge {
  readonly base: number;
  readonly amplitude: number;
  readonly waveLength: number;
  readonly phase: number;
  readonly panPerFrame: number;
  readonly blocky: boolean;
}

/** A dull thing that drifts through the picture all the time and means nothing. */
export interface Distractor {
  readonly round: boolean;
  readonly x: number;
  readonly y: number;
  readonly radiusX: number;
  readonly radiusY: number;
  readonly driftX: number;
  readonly driftY: number;
  readonly paint: Rgb;
  readonly opacity: number;
}

/** Everything about a video's surroundings that does not depend on its events. */
export interface Scene {
  readonly scheme: SceneScheme;
  readonly palette: Palette;
  readonly farRidge: Ridge;
  readonly nearRidge: Ridge;
  readonly groundLine: number;
  readonly lightAmplitude: number;
  readonly lightPeriod: number;
  readonly lightPhase: number;
  readonly flicker: number;
  readonly noise: number;
  readonly distractors: readonly Distractor[];
}

/** Draws a scene's constants: a scheme with its colours moved a little, hills, light, distractors. */
export function planScene(random: Random): Scene {
  const scheme = random.pick(sceneSchemes);
  const base = palettes[scheme];
  const lean = [random.between(-14, 14), random.between(-14, 14), random.between(-14, 14)] as const;
  const jitter = (colour: Rgb): Rgb =>
    shiftColour(colour, lean[0] + random.between(-8, 8), lean[1], lean[2] + random.between(-8, 8));
  const palette: Palette = {
    skyTop: jitter(base.skyTop),
    skyBottom: jitter(base.skyBottom),
    farHills: jitter(base.farHills),
    nearHills: jitter(base.nearHills),
    ground: jitter(base.ground),
  };
  const blocky = scheme === 'city';
  const horizon = random.between(78, 112);
  return {
    scheme,
    palette,
    farRidge: planRidge(random, horizon, random.between(10, 26), blocky),
    nearRidge: planRidge(random, horizon + random.between(14, 26), random.between(6, 18), blocky),
    groundLine: horizon + random.between(38, 54),
    lightAmplitude: random.between(0.03, 0.12),
    lightPeriod: random.between(50, 140),
    lightPhase: random.between(0, 2 * Math.PI),
    flicker: random.between(0.01, 0.05),
    noise: random.between(2, 7),
    distractors: Array.from({ length: random.integer(4, 8) }, () =>
      planDistractor(random, palette),
    ),
  };
}

function planRidge(random: Random, base: number, amplitude: number, blocky: boolean): Ridge {
  return {
    base,
    amplitude,
    waveLength: random.between(60, 170),
    phase: random.between(0, 400),
    panPerFrame: random.between(-0.8, 0.8),
    blocky,
  };
}

function planDistractor(random: Random, palette: Palette): Distractor {
  const near = random.pick([
    palette.skyBottom,
    palette.farHills,
    palette.nearHills,
    palette.ground,
  ]);
  const grey = random.between(70, 190);
  const share = random.between(0.35, 0.75);
  const blend = (channel: number) => channel * (1 - share) + grey * share;
  return {
    round: random.next() < 0.6,
    x: random.between(0, 320),
    y: random.between(20, 165),
    radiusX: random.between(6, 20),
    radiusY: random.between(4, 13),
    driftX: random.between(-1.6, 1.6),
    driftY: random.between(-0.08, 0.08),
    paint: [blend(near[0]), blend(near[1]), blend(near[2])],
    opacity: random.between(0.6, 1),
  };
}

function shiftColour(colour: Rgb, red: number, green: number, blue: number): Rgb {
  return [clamp(colour[0] + red), clamp(colour[1] + green), clamp(colour[2] + blue)];
}

function clamp(value: number): number {
  return Math.min(255, Math.max(0, value));
}

/** Width of every synthetic frame, in pixels. */
export const frameWidth = 320;

/** Height of every synthetic frame, in pixels. */
export const frameHeight = 180;

/** An RGB triple, each channel 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Every shape an event object can have, in the order used for labels and captions. */
export const shapes = [
  'circle',
  'square',
  'triangle',
  'diamond',
  'star',
  'cross',
  'ring',
  'crescent',
] as const;

/** One of the eight object shapes. */
export type Shape = (typeof shapes)[number];

/** Every colour an event object can have, in the order used for labels and captions. */
export const colours = [
  'red',
  'orange',
  'yellow',
  'green',
  'cyan',
  'blue',
  'purple',
  'pink',
] as const;

/** One of the eight object colours. */
export type Colour = (typeof colours)[number];

/** The paint of each colour before lighting, noise and compression change it. */
export const colourRgb: Readonly<Record<Colour, Rgb>> = {
  red: [222, 30, 36],
  orange: [247, 132, 16],
  yellow: [250, 225, 32],
  green: [34, 166, 58],
  cyan: [28, 214, 226],
  blue: [30, 72, 224],
  purple: [136, 38, 190],
  pink: [255, 128, 190],
};

/** One thing that can appear in a video: a shape in a colour. */
export interface SceneObject {
  readonly shape: Shape;
  readonly colour: Colour;
}

/** How questions, captions and prompts name an object, for example `red star`. */
export function describeObject(object: SceneObject): string {
  return `${object.colour} ${object.shape}`;
}

/**
 * Every object a text names, in order of appearance: a colour word directly followed by a shape
 * word. Case and punctuation around the words do not matter; plural shapes are not understood.
 */
export function findObjects(text: string): SceneObject[] {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  const found: SceneObject[] = [];
  words.forEach((word, index) => {
    const colour = colours.find((candidate) => candidate === word);
    const shape = shapes.find((candidate) => candidate === words[index + 1]);
    if (colour !== undefined && shape !== undefined) found.push({ shape, colour });
  });
  return found;
}

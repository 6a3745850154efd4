import { readFileSync } from 'node:fs';
import type { PictureRecipe } from '../../../../adapters/embedding/pictures/picture-preparation.ts';

type Processor = 'siglip-bicubic' | 'siglip-bilinear' | 'clip';

/** What Hugging Face's processor made of a source picture; exactly one of picture and hash is there. */
export type Golden = {
  readonly source: string;
  readonly processor: Processor;
  /** A file of the goldens folder. */
  readonly picture?: string;
  readonly sha256?: string;
  /** The floats of the pixel in the middle row, a third from the left. */
  readonly floats: readonly number[];
};

/** What make_goldens.py wrote. */
export const preprocessingGoldens = JSON.parse(
  readFileSync(preprocessingFixture('goldens.json'), 'utf8'),
) as {
  readonly pictures: Readonly<Record<string, Golden>>;
  /** sha256 of the decoded bytes per file of the encodings folder. */
  readonly encodings: Readonly<Record<string, string>>;
};

export function preprocessingFixture(path: string): URL {
  return new URL(`../../../fixtures/preprocessing/${path}`, import.meta.url);
}

const siglip = {
  width: 384,
  height: 384,
  fit: { kind: 'squash' },
  rescaleFactor: 1 / 255,
  mean: [0.5, 0.5, 0.5],
  standardDeviation: [0.5, 0.5, 0.5],
} as const;

/** The recipes of the processors in make_goldens.py. */
export const recipes: Readonly<Record<Processor, PictureRecipe>> = {
  'siglip-bicubic': { ...siglip, kernel: 'cubic' },
  'siglip-bilinear': { ...siglip, kernel: 'linear' },
  clip: {
    width: 224,
    height: 224,
    fit: { kind: 'shortest-edge', edge: 224 },
    kernel: 'cubic',
    rescaleFactor: 1 / 255,
    mean: [0.48145466, 0.4578275, 0.40821073],
    standardDeviation: [0.26862954, 0.26130258, 0.27577711],
  },
};

import { normalizeRows } from '../domain/frames/similarity.ts';

/**
 * What the frames of a made-up video look like:
 * - `any`: every frame points anywhere;
 * - `scenes`: 30 frames of a scene lie close together, as in a video at one frame per second;
 * - `still`: nothing moves but the noise, so that nearly every frame may be among the best.
 */
export const contents = ['any', 'scenes', 'still'] as const;
export type Content = (typeof contents)[number];

const framesPerScene = 30;

/** Unit vectors, row-major; the same for the same arguments. */
export function frameVectors(content: Content, frameCount: number, dimension: number) {
  const random = seededRandom();
  const vectors = new Float32Array(frameCount * dimension);
  const drift = { any: 1, scenes: 0.3, still: 1e-4 }[content];
  const scene = new Float32Array(dimension);
  for (let frame = 0; frame < frameCount; frame++) {
    const isCut = content === 'still' ? frame === 0 : frame % framesPerScene === 0;
    if (isCut) scene.forEach((_, at) => (scene[at] = random() - 0.5));
    for (let at = 0; at < dimension; at++) {
      const noise = drift * (random() - 0.5);
      vectors[frame * dimension + at] = content === 'any' ? noise : scene[at]! + noise;
    }
  }
  normalizeRows(vectors, dimension);
  return vectors;
}

/** Pictures imagined after some of the frames: each lies near its frame. */
export function queryVectors(frames: Float32Array, dimension: number, count: number) {
  const random = seededRandom();
  const frameCount = frames.length / dimension;
  const queries = new Float32Array(count * dimension);
  for (let query = 0; query < count; query++) {
    const frame = Math.floor(random() * frameCount) * dimension;
    for (let at = 0; at < dimension; at++) {
      queries[query * dimension + at] = frames[frame + at]! + 0.05 * (random() - 0.5);
    }
  }
  normalizeRows(queries, dimension);
  return queries;
}

/** The "minimal standard" generator of Park and Miller, from 0 to 1. */
function seededRandom(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

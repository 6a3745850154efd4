import type { PreparePicture } from '../pictures/picture-preparation.ts';

/** Lets at most `atOnce` pictures be decoded at the same time: each holds its full size meanwhile. */
export function prepareAtOnce(prepare: PreparePicture, atOnce: number): PreparePicture {
  const waiting: (() => void)[] = [];
  let free = atOnce;
  return async (picture, target) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await prepare(picture, target);
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

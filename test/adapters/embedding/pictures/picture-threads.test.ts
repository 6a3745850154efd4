import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  createPreparation,
  valuesPerPicture,
} from '../../../../adapters/embedding/pictures/picture-preparation.ts';
import { createPictureThreads } from '../../../../adapters/embedding/pictures/picture-threads.ts';
import { preprocessingFixture, recipes } from './preprocessing-goldens.ts';

const recipe = { ...recipes['siglip-bicubic'], width: 4, height: 2 };

describe('threads that resize pictures', () => {
  it('give each picture its own floats, whatever is under way', async () => {
    const toFloats = createPictureThreads(recipe);
    const levels = Array.from({ length: 40 }, (_, n) => n * 6);
    const targets = levels.map(() => new Float32Array(24));

    await Promise.all(levels.map((level, n) => toFloats(plain(level), targets[n]!)));

    targets.forEach((values, n) => {
      for (const value of values) expect(value).toBeCloseTo((levels[n]! / 255 - 0.5) / 0.5, 6);
    });
  });

  it('give the floats that the caller would get without them', async () => {
    const picture = readFileSync(preprocessingFixture('sources/640x360.png'));
    const wanted = recipes['siglip-bicubic'];
    const [found, expected] = [0, 0].map(() => new Float32Array(valuesPerPicture(wanted)));

    await createPreparation(wanted, 'threads')(picture, found!);

    await createPreparation(wanted, 'caller')(picture, expected!);
    expect(found).toEqual(expected);
  });

  it('fail only the picture that cannot be resized', async () => {
    const toFloats = createPictureThreads(recipe);
    const endless = { width: 2 ** 31, height: 1, data: new Uint8Array(3) };
    const [first, second, third] = [24, 24, 24].map((length) => new Float32Array(length));

    const [before, refused, after] = await Promise.allSettled([
      toFloats(plain(255), first!),
      toFloats(endless, second!),
      toFloats(plain(255), third!),
    ]);

    expect([before.status, after.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(Error) });
    expect(second).toEqual(new Float32Array(24));
    expect(third).toEqual(new Float32Array(24).fill(1));
  });

  it('take a part of a larger buffer without taking the rest away', async () => {
    const toFloats = createPictureThreads(recipe);
    const buffer = new Uint8Array(96).fill(255);
    const target = new Float32Array(24);

    await toFloats({ width: 4, height: 4, data: buffer.subarray(48) }, target);

    expect(target).toEqual(new Float32Array(24).fill(1));
    expect(buffer).toHaveLength(96);
  });
});

function plain(level: number) {
  return { width: 5, height: 5, data: new Uint8Array(75).fill(level) };
}

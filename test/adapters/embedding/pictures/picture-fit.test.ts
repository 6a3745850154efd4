import { describe, expect, it } from 'vitest';
import { fitPicture } from '../../../../adapters/embedding/pictures/picture-fit.ts';

const clip = { kind: 'shortest-edge', edge: 224 } as const;
const wanted = { width: 224, height: 224 };

describe('fitting a picture', () => {
  it('squashes whatever the shape', () => {
    expect(fitPicture({ kind: 'squash' }, { width: 100, height: 400 }, wanted)).toEqual({
      ...wanted,
      part: { left: 0, top: 0, ...wanted },
    });
  });

  it.each([
    ['a wide one', 1280, 720, { width: 398, height: 224 }, { left: 87, top: 0 }],
    ['a high one', 100, 401, { width: 224, height: 898 }, { left: 0, top: 337 }],
    ['a square', 50, 50, wanted, { left: 0, top: 0 }],
  ])('scales %s by its shorter edge and cuts the middle out', (_, width, height, size, corner) => {
    expect(fitPicture(clip, { width, height }, wanted)).toEqual({
      ...size,
      part: { ...corner, ...wanted },
    });
  });

  it('cuts a size below the edge from both axes', () => {
    const { part } = fitPicture(
      { kind: 'shortest-edge', edge: 256 },
      { width: 300, height: 300 },
      wanted,
    );

    expect(part).toEqual({ left: 16, top: 16, ...wanted });
  });
});

import { describe, expect, it } from 'vitest';
import { describeObject, findObjects } from '../../../simulator/world/vocabulary.ts';

describe('findObjects', () => {
  it('reads back what describeObject wrote, in order', () => {
    const objects = [
      { shape: 'star', colour: 'red' },
      { shape: 'crescent', colour: 'cyan' },
    ] as const;
    const text = `Add a ${describeObject(objects[0])}, and a ${describeObject(objects[1])}.`;

    expect(findObjects(text)).toEqual(objects);
  });

  it('ignores a colour without a shape and a shape without a colour', () => {
    expect(findObjects('a red sky over the square')).toEqual([]);
  });
});

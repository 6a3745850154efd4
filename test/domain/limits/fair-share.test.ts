import { describe, expect, it } from 'vitest';
import { evenPart, fairShare } from '../../../domain/limits/fair-share.ts';

const claim = (id: string, wanted: number, turnAt = 0) => ({ id, wanted, turnAt });
const placesOf = (places: number, claims: Parameters<typeof fairShare>[1]) =>
  Object.fromEntries(fairShare(places, claims).places);

describe('fairShare', () => {
  it('meets small claims and shares the rest evenly', () => {
    expect(placesOf(12, [claim('a', 2), claim('b', 50), claim('c', 50)])).toEqual({
      a: 2,
      b: 5,
      c: 5,
    });
  });

  it('gives nobody more than it wants', () => {
    expect(placesOf(12, [claim('a', 2), claim('b', 0)])).toEqual({ a: 2, b: 0 });
  });

  it('gives what is left over to whose turn it is', () => {
    const claims = [claim('a', 9, 300), claim('b', 9, 100), claim('c', 9, 200)];

    expect(placesOf(1, claims)).toEqual({ a: 0, b: 1, c: 0 });
    expect(placesOf(5, claims)).toEqual({ a: 1, b: 2, c: 2 });
    expect([...fairShare(5, claims).extra].toSorted()).toEqual(['b', 'c']);
  });
});

describe('evenPart', () => {
  it('is the whole where nobody else has a claim', () => {
    expect(evenPart(8, 100, [])).toBe(8);
  });

  it('makes up for what others have taken, and waits for those that have taken less', () => {
    expect(evenPart(8, 10, [10])).toBe(4);
    expect(evenPart(8, 10, [14])).toBe(6);
    expect(evenPart(8, 10, [30])).toBe(8);
    expect(evenPart(8, 30, [10])).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { isHit } from '../../domain/hit.ts';
import { shownAt } from '../results/sample-run.ts';

const spans = [{ startSeconds: 4, endSeconds: 6 }];

describe('isHit', () => {
  it.each([
    [[4], true],
    [[6], true],
    [[3.99, 6.01], false],
    [[1, 5], true],
    [[], false],
    [[null, 5], true],
    [[null, 1], null],
  ])('frames shown at %j hit a span from 4 to 6, both ends included: %s', (times, hit) => {
    expect(
      isHit(
        times.map((time) => shownAt(time)),
        spans,
      ),
    ).toBe(hit);
  });

  it('is unknown without a gold span', () => {
    expect(isHit([shownAt(5)], [])).toBeNull();
  });
});

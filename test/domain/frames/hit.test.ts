import { describe, expect, it } from 'vitest';
import { isHit, isRowHit } from '../../../domain/frames/hit.ts';
import { shownAt } from '../../results/sample-run.ts';

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

describe('isRowHit', () => {
  const shown = [
    { ...shownAt(1), video_id: 'a' },
    { ...shownAt(5), video_id: 'b' },
  ];

  it('counts frames of the first video alone, because the spans are about it', () => {
    const about = (video_ids: string[]) => isRowHit({ shown, gold_spans: spans, video_ids });

    expect(about(['a', 'b'])).toBe(false);
    expect(about(['b', 'a'])).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { dollars, duration, percent, table } from '../../../cli/render/numbers.ts';

describe('numbers', () => {
  it.each([
    [0.4, '0 s'],
    [59.6, '1 min 0 s'],
    [200, '3 min 20 s'],
    [7500, '2 h 5 min'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it('has a dash where there is no number', () => {
    expect([percent(null), dollars(null)]).toEqual(['-', '-']);
  });

  it('writes small amounts of money with four decimals', () => {
    expect([0, 0.0123, 12.5].map(dollars)).toEqual(['$0.00', '$0.0123', '$12.50']);
  });

  it('aligns the first column left and the others right', () => {
    expect(
      table([
        ['a', 'bb'],
        ['ccc', 'd'],
      ]),
    ).toBe('a    bb\nccc   d');
  });
});

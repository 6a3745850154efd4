import { describe, expect, it } from 'vitest';
import { firstTokenVerdict } from '../../../domain/suites/mvbench-first-token.ts';

const gold = '(A) a cat';

describe("MVBench's rule", () => {
  it.each(['A', 'a', 'A.', 'a)', '(A)', '(A) x', '(A)cat', '(A. cat', '(A', '(a) and (b)'])(
    '%j is right for (A)',
    (prediction) => {
      expect(firstTokenVerdict(prediction, gold)).toBe('right');
    },
  );

  it.each([
    '',
    '(',
    '()',
    'be',
    '(Answer: A)',
    'Answer A',
    'B',
    '(B) a cat',
    ' A',
    'A\nB',
    'cat',
    'AB',
  ])('%j is wrong for (A)', (prediction) => {
    expect(firstTokenVerdict(prediction, gold)).toBe('wrong');
  });

  it('knows the letters a to g alone', () => {
    expect(firstTokenVerdict('(G)', '(G) seven')).toBe('right');
    expect(firstTokenVerdict('(H)', '(H) eight')).toBe('wrong');
  });

  it.each(['(A) ', '(A)', ''])(
    'says nothing of the empty option %j, where it breaks off',
    (empty) => {
      expect(firstTokenVerdict('A', empty)).toBe('no-gold');
    },
  );
});

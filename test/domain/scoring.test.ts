import { describe, expect, it } from 'vitest';
import { isCorrect, isScorable, legalAnswer } from '../../domain/scoring.ts';
import { sampleItem } from '../results/sample-run.ts';

describe('scoring', () => {
  it('B12: compares letters trimmed and in upper case', () => {
    expect(isCorrect(' b', sampleItem('q1', { gold: 'B ' }))).toBe(true);
    expect(isCorrect('A', sampleItem('q1'))).toBe(false);
  });

  it('has no verdict without gold or without options', () => {
    expect(isCorrect('B', sampleItem('q1', { gold: null }))).toBeNull();
    expect(isScorable(sampleItem('q1', { gold: ' ' }))).toBe(false);
    expect(isCorrect('red', sampleItem('q1', { gold: 'red', options: [] }))).toBeNull();
  });

  it.each([
    ['b', 'B'],
    ['C', null],
    ['AB', null],
    ['', null],
    [null, null],
  ])('takes %j as the legal answer %j', (answer, legal) => {
    expect(legalAnswer(answer, sampleItem('q1'))).toBe(legal);
  });

  it('takes any text that is not empty for an open-ended question', () => {
    const item = sampleItem('q1', { options: [] });

    expect(legalAnswer(' a red car ', item)).toBe('a red car');
    expect(legalAnswer('  ', item)).toBeNull();
  });
});

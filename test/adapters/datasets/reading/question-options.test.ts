import { describe, expect, it } from 'vitest';
import {
  readGoldLetter,
  readOptions,
} from '../../../../adapters/datasets/reading/question-options.ts';

describe('readOptions', () => {
  it.each([
    ['(A) one\n(B) two'],
    ['Which?\nA. one\nB. two'],
    ['Which?\r\n A) one\r\n B) two\r\nAnswer with a letter.'],
    ['Which?\nA: one\nB: two'],
    ['Which?\n（A）one\n（B） two'],
    ['Which?\nA：one\nB）two'],
  ])('reads %j', (question) => {
    expect(readOptions(question)).toEqual([
      { letter: 'A', text: 'one' },
      { letter: 'B', text: 'two' },
    ]);
  });

  it('keeps an option without text, so that letters stay right', () => {
    expect(readOptions('Which?\n(A)\n(B) two')).toEqual([
      { letter: 'A', text: '' },
      { letter: 'B', text: 'two' },
    ]);
  });

  it('finds none in a plain question, in one option alone, and in letters with a gap', () => {
    expect(readOptions('What did A. Smith do?')).toEqual([]);
    expect(readOptions('Which?\n(A) one')).toEqual([]);
    expect(readOptions('Which?\n(B) two\n(C) three')).toEqual([]);
  });
});

describe('readGoldLetter', () => {
  it.each([
    ['b', 'B'],
    [' B ', 'B'],
    ['(B)', 'B'],
    ['（B）', 'B'],
    ['B.', 'B'],
    ['B) a red car', 'B'],
  ])('B12, D21: reads %j as %s', (answer, letter) => {
    expect(readGoldLetter(answer)).toBe(letter);
  });

  it('takes no word for a letter', () => {
    expect(readGoldLetter('a red car')).toBeNull();
    expect(readGoldLetter('Bus')).toBeNull();
    expect(readGoldLetter('')).toBeNull();
  });
});

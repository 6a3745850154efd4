import { describe, expect, it } from 'vitest';
import { lvbenchLetter, lvbenchScores } from '../../../domain/suites/lvbench-scorer.ts';

describe("LVBench's normaliser", () => {
  it.each([
    ['B', 'B'],
    ['(B)', 'B'],
    ['(B) a red car', 'B'],
    ['The answer is (C).', 'C'],
    ['B) a red car', 'B'],
    ['a) (B)', 'a'],
    ['( B )', 'B'],
    ['(B (C))', 'B'],
    ['b', 'b'],
    ['The answer is B', 'T'],
    ['()', ''],
    ['', ''],
  ])('makes %j %j', (reply, letter) => {
    expect(lvbenchLetter(reply)).toBe(letter);
  });
});

describe("LVBench's scorer", () => {
  const questions = [
    { uid: '1', answer: 'A', question_type: ['key information retrieval', 'reasoning'] },
    { uid: '2', answer: 'B', question_type: ['reasoning'] },
    { uid: '3', answer: 'C', question_type: ['summarization'] },
    { uid: '4', answer: 'D', question_type: ['temporal grounding', 'entity recognition'] },
    { uid: '5', answer: 'A', question_type: ['event understanding'] },
  ];

  it('counts a question once under each label and once overall; missing ones nowhere', () => {
    // Right: 1 and 4 of the four that the file names; 5 is missing.
    const scores = lvbenchScores({ '1': 'A', '2': 'C', '3': '', '4': 'D' }, questions);

    expect(scores).toEqual({ KIR: 1, Rea: 1 / 2, Sum: 0, TG: 1, ER: 1, Overall: 2 / 4 });
    expect(Object.keys(scores ?? {})).toEqual(['KIR', 'Rea', 'Sum', 'TG', 'ER', 'Overall']);
  });

  it('takes an answer for right only as the same text', () => {
    const scores = lvbenchScores({ '1': 'a', '2': 'B ', '3': '(C)', '4': 'D' }, questions);

    expect(scores?.['Overall']).toBe(1 / 4);
  });

  it('has no scores of a file that names none of the questions', () => {
    expect(lvbenchScores({ '9': 'A' }, questions)).toBeNull();
  });
});

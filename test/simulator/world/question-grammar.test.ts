import { describe, expect, it } from 'vitest';
import {
  formatQuestion,
  objectsOfOption,
  parseQuestion,
  type Question,
} from '../../../simulator/world/question-grammar.ts';
import { poseQuestions } from '../../../simulator/world/questions.ts';
import { planVideo } from '../../../simulator/world/video.ts';

const joins: Question = {
  kind: 'joins',
  subject: { shape: 'circle', colour: 'red' },
  options: ['ring', 'star', 'cross', 'square'],
};

describe('parseQuestion', () => {
  it('reads back every question the generator writes', () => {
    for (let number = 0; number < 30; number += 1) {
      const posed = poseQuestions(planVideo(`grammar/${number}`), [0, 1, 2, 3, 0, 1, 2, 3]);
      for (const { question } of posed) {
        expect(parseQuestion(formatQuestion(question))).toEqual(question);
      }
    }
  });

  it('finds the question inside a longer prompt with options written another way', () => {
    const prompt =
      'You see 8 frames.\nA. rule: look.\nQuestion: Which shape joins the red circle?\n' +
      'Options:\nA. ring\nB. star\nC. cross\nD. square\nAnswer with the letter.';

    expect(parseQuestion(prompt)).toEqual(joins);
  });

  it.each([
    ['another question', 'Why does the man run?\n(A) red\n(B) blue'],
    ['an option that is no colour', 'What colour is the star?\n(A) red\n(B) soft'],
    ['a missing letter', 'What colour is the star?\n(B) red\n(C) blue'],
    ['no options', 'What colour is the star?'],
  ])('answers null to %s', (_, text) => {
    expect(parseQuestion(text)).toBeNull();
  });
});

describe('objectsOfOption', () => {
  it('adds the joining shape in the guessed colour to the subject', () => {
    expect(objectsOfOption(joins, 1, 'blue')).toEqual([
      { shape: 'circle', colour: 'red' },
      { shape: 'star', colour: 'blue' },
    ]);
  });

  it('refuses an option the question does not have', () => {
    expect(() => objectsOfOption(joins, 4, 'blue')).toThrow('no option 4');
  });
});

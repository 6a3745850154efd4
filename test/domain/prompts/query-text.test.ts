import { describe, expect, it } from 'vitest';
import { queryText } from '../../../domain/prompts/query-text.ts';
import { item } from '../../support/fakes-item-steps.ts';

const options = [
  { letter: 'A', text: 'a cup' },
  { letter: 'B', text: 'a key' },
];
const about = (question: string) => ({ ...item, question, options });

describe('queryText', () => {
  it.each([
    ['(A) a cup', '(B) a key'],
    ['A. a cup', 'B. a key'],
    ['A) a cup', 'B) a key'],
    [' (A)   a cup ', 'B: a key'],
  ])('leaves out the options that the question lists, such as %s', (...lines) => {
    const question = ['What does the man hold?', ...lines].join('\n');

    expect(queryText(about(question), 'question')).toBe('What does the man hold?');
  });

  it('keeps lines that only look like options', () => {
    const question = 'Which is true?\n(A) is older.\nWhat does he hold?';

    expect(queryText(about(question), 'question')).toBe(
      'Which is true? (A) is older. What does he hold?',
    );
  });

  it('leaves out the marks of videos', () => {
    expect(queryText(about('What does he hold in <video>?'), 'question')).toBe(
      'What does he hold in ?',
    );
  });

  it('adds the options without their letters, once', () => {
    const question = 'What does the man hold?\n(A) a cup\n(B) a key';

    expect(queryText(about(question), 'question-with-options')).toBe(
      'What does the man hold? a cup a key',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { checkConfig, checkMapping } from '../../../domain/config/check-config.ts';
import { joinPath } from '../../../domain/config/config-problem.ts';

function problemsOf(dataset: Readonly<Record<string, unknown>>): string[] {
  const { problems } = checkConfig({
    name: 'mapped',
    dataset: { path: 'items.csv', frames: 'frames', ...dataset },
    models: { answer: { provider: 'openai', model: 'm' } },
    strategy: { name: 'uniform' },
  });
  return problems.map(({ path, message }) => `${joinPath(path)}: ${message}`);
}

describe('dataset.mapping', () => {
  it('goes with the format generic, and that with it', () => {
    const mapping = { video: 'v', question: 'q' };

    expect(problemsOf({ format: 'generic', mapping })).toEqual([]);
    expect(problemsOf({ format: 'generic' })).toEqual([
      'dataset.mapping: is missing; say which column holds what, such as { video: file, question: text }',
    ]);
    expect(problemsOf({ format: 'lvbench', mapping })).toEqual([
      'dataset.mapping: belongs to the format generic and has no effect on lvbench; remove it',
    ]);
  });

  it('names columns, or lists of them where several hold one thing', () => {
    expect(
      checkMapping({
        id: 'id',
        videos: ['first', 'second'],
        question: 'q',
        options: ['a', 'b'],
        answer: 'right',
        answerForm: 'index-from-1',
        spans: ['start', 'end'],
        duration: 'seconds',
        categories: ['task'],
      }).problems,
    ).toEqual([]);
  });

  it.each([
    [{ question: 'q' }, 'takes either video or videos'],
    [{ video: 'v', videos: 'vs', question: 'q' }, 'takes either video or videos'],
    [{ video: 'v' }, 'is missing'],
    [{ video: 'v', question: 'q', options: [] }, 'must be at least 1'],
    [{ video: 'v', question: 'q', options: ['a', 1] }, 'must be the name of a column or a list'],
    [{ video: 'v', question: 'q', spans: ['start'] }, 'must be one column, or two'],
    [{ video: 'v', question: 'q', categories: 'c' }, 'must be a list'],
    [{ video: 'v', question: 'q', questoin: 'q' }, 'unknown key; did you mean question?'],
    [{ video: 'v', question: 'q', answer: 'a', options: 'o' }, 'must be letter, index'],
    [{ video: 'v', question: 'q', answer: 'a', answerForm: 'letter' }, 'else free or left out'],
    [
      { video: 'v', question: 'q', answer: 'a', options: 'o', answerForm: 'lettr' },
      'did you mean letter?',
    ],
  ])('refuses %j: %s', (mapping, message) => {
    expect(problemsOf({ format: 'generic', mapping }).join('\n')).toContain(message);
  });
});

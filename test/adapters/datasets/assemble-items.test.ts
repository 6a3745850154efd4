import { describe, expect, it } from 'vitest';
import { createAssembler } from '../../../adapters/datasets/assemble-items.ts';
import type { QuestionDraft } from '../../../adapters/datasets/format.ts';
import type { Problem } from '../../../adapters/datasets/problem.ts';

let record = 0;
const draft = (change: Partial<QuestionDraft>): QuestionDraft => ({
  place: { file: 'f.json', line: null, record: (record += 1) },
  id: `id-${record}`,
  videos: [{ videoId: 'v' }],
  question: `Which is number ${record}?`,
  options: ['red', 'green', 'blue'],
  answer: { form: 'text', text: 'green' },
  spans: null,
  categories: {},
  source: {},
  ...change,
});

function assemble(drafts: readonly QuestionDraft[], ids: 'unique' | 'composed' = 'composed') {
  const problems: Problem[] = [];
  const add = createAssembler({ ids }, (problem) => problems.push(problem));
  const items = drafts.map((given) => add(given)?.item ?? null);
  return { items, kinds: problems.map(({ kind }) => kind), problems };
}

describe('answers', () => {
  it.each([
    ['a text', { form: 'text', text: 'green' }, 'B'],
    ['a text in other letters', { form: 'text', text: 'GREEN' }, 'B'],
    ['a letter', { form: 'letter', text: '(b)' }, 'B'],
    ['an index from 0', { form: 'index', index: 2 }, 'C'],
    ['an index and the text', { form: 'index-and-text', index: 0, text: 'red' }, 'A'],
  ] as const)('become one form from %s', (_, answer, gold) => {
    const { items, kinds } = assemble([draft({ answer })]);

    expect(items[0]?.gold).toBe(gold);
    expect(kinds).toEqual([]);
  });

  it.each([
    ['an index that is too high', { form: 'index', index: 3 }],
    ['an index below 0', { form: 'index', index: -1 }],
    ['an index that counts from the end', { form: 'index', index: -2 }],
    ['a text that no option has', { form: 'text', text: 'greenish' }],
    ['an index and a text that disagree', { form: 'index-and-text', index: 0, text: 'green' }],
  ] as const)('leave a question out with %s', (_, answer) => {
    const { items, kinds } = assemble([draft({ answer })]);

    expect(items).toEqual([null]);
    expect(kinds).toEqual(['answer_not_in_options']);
  });

  it('are told apart where their number and their text disagree', () => {
    const { problems } = assemble([
      draft({ answer: { form: 'index-and-text', index: 0, text: 'green' } }),
    ]);

    expect(problems[0]?.what).toBe('its number and its text name different options');
  });

  it.each(['Q? (A) x (B) y', 'Q?\n**A.** x\n**B.** y', 'Q?\n[A] x\n[B] y', 'Q?\n(A) x\n(C) y'])(
    'as a letter leave a question out whose options are not found: %j',
    (question) => {
      const answer = { form: 'letter', text: '(B)' } as const;
      const { items, problems } = assemble([draft({ question, options: 'inline', answer })]);

      expect(items).toEqual([null]);
      expect(problems).toMatchObject([
        {
          kind: 'answer_not_in_options',
          what: 'its answer is a letter, and no options were found in the question',
        },
      ]);
    },
  );

  it('are ambiguous as the text of two options, and clear as an index', () => {
    const options = ['red', 'green', 'green'];
    const { items, kinds } = assemble([
      draft({ options }),
      draft({ options, answer: { form: 'index', index: 2 } }),
    ]);

    expect(items.map((item) => item?.gold)).toEqual([undefined, 'C']);
    expect(kinds).toEqual(['equal_options', 'answer_ambiguous', 'equal_options']);
  });

  it('that nobody gives leave a question without gold', () => {
    const { items, kinds } = assemble([
      draft({ answer: { form: 'none' } }),
      draft({ answer: { form: 'text', text: '' } }),
      draft({ answer: { form: 'free', text: 'a man' }, options: [] }),
      draft({ answer: { form: 'free', text: '' }, options: [] }),
    ]);

    expect(items.map((item) => item?.gold)).toEqual([null, null, 'a man', null]);
    expect(kinds).toEqual(['missing_gold', 'empty_answer', 'empty_answer']);
  });
});

describe('ids', () => {
  it('that repeat get a number of their own', () => {
    const { items, kinds, problems } = assemble(['x', 'x', 'x#2', 'x'].map((id) => draft({ id })));

    expect(items.map((item) => item?.itemId)).toEqual(['x', 'x#2', 'x#2#2', 'x#3']);
    expect(kinds).toEqual(['duplicate_id', 'duplicate_id', 'duplicate_id']);
    expect(problems.every(({ severity }) => severity === 'warning')).toBe(true);
  });

  it('that the source promises to be unique are damage when they repeat', () => {
    const { problems } = assemble(
      ['x', 'x'].map((id) => draft({ id })),
      'unique',
    );

    expect(problems).toMatchObject([{ kind: 'duplicate_id', severity: 'fatal' }]);
  });

  it('that are empty are damage', () => {
    const { items, problems } = assemble([draft({ id: ' ' })]);

    expect(items).toEqual([null]);
    expect(problems).toMatchObject([
      { kind: 'wrong_format', severity: 'fatal', what: 'its id is empty' },
    ]);
  });

  it('take no longer each where one id stands there many times', () => {
    const many = 50_000;
    const { items } = assemble(
      Array.from({ length: many }, (_, n) => draft({ id: 'x', question: `${n}?` })),
    );

    expect(items.at(-1)?.itemId).toBe(`x#${many}`);
  }, 5_000);

  it('do not depend on what is left out', () => {
    const { items } = assemble([
      draft({ id: 'x', question: ' ' }),
      draft({ id: 'x' }),
      draft({ id: null }),
    ]);

    expect(items.map((item) => item?.itemId)).toEqual([undefined, 'x#2', `v#${record}`]);
  });
});

describe('questions', () => {
  it.each([
    ['empty_question', { question: ' \n' }, null],
    ['empty_options', { options: ['red', '', 'green'] }, null],
    ['wrong_format', { videos: [] }, null],
    ['wrong_format', { videos: [{ videoId: '../v' }] }, null],
    ['single_option', { options: ['green'] }, 'kept'],
    ['outer_blanks', { question: ' Which? ' }, 'kept'],
    ['outer_blanks', { source: { note: 'x ' } }, 'kept'],
    ['line_break', { question: 'Which\nof these?' }, 'kept'],
    ['empty_spans', { spans: [] }, 'kept'],
    [
      'span_after_duration',
      { spans: [{ startSeconds: 1, endSeconds: 9 }], durationSeconds: 8 },
      'kept',
    ],
  ] as const)('with %s', (kind, change, fate) => {
    const { items, kinds } = assemble([draft(change)]);

    expect(kinds).toContain(kind);
    expect(items[0] === null ? null : 'kept').toBe(fate);
  });

  it('asked again of one video are all asked, and counted once', () => {
    const question = 'Who?';
    const again = [draft({ question: ' Who? ' }), draft({ question })];
    const { items, kinds } = assemble([draft({ question }), ...again]);

    expect(items.every((item) => item !== null)).toBe(true);
    expect(kinds).toEqual(['duplicate_question', 'outer_blanks']);
  });

  it('lose their outer blanks, and their record does not', () => {
    const { items } = assemble([
      draft({
        question: ' Which? ',
        options: [' red', 'green '],
        source: { question: ' Which? ' },
      }),
    ]);

    expect(items[0]).toMatchObject({
      question: 'Which?',
      options: [
        { letter: 'A', text: 'red' },
        { letter: 'B', text: 'green' },
      ],
      source: { question: ' Which? ' },
    });
  });
});

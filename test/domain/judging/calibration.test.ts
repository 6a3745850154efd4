import { describe, expect, it } from 'vitest';
import { readCalibration } from '../../../domain/judging/calibration.ts';

const common = { question: 'What?', answer: 'a box', prediction: 'a crate', score: 4 };
const lines = (...records: readonly object[]) =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

describe('readCalibration', () => {
  it('reads what is known for each contract; the fields say for which', () => {
    const [verdict, score, pair] = readCalibration(
      lines(
        { ...common, verdict: 'yes' },
        { ...common, dimension: 'TU', score: 2.5 },
        { ...common, second_question: 'Which?', second_prediction: 'a bag' },
      ),
    );

    const judged = { question: 'What?', gold: 'a box', answer: 'a crate' };
    expect(verdict).toMatchObject({ contract: 'yes-no-score', verdict: 'yes', score: 4, judged });
    expect(score).toMatchObject({ contract: 'score', dimension: 'TU', verdict: null, score: 2.5 });
    expect(pair).toMatchObject({
      contract: 'consistency',
      dimension: 'CO',
      judged: { ...judged, second: { question: 'Which?', answer: 'a bag' } },
    });
  });

  it('counts a record that stands there twice once, whatever the order of its fields', () => {
    const record = { ...common, verdict: 'no' };
    const turned = Object.fromEntries(Object.entries(record).toReversed());

    expect(readCalibration(`${lines(record)}\n${lines(turned)}`)).toHaveLength(1);
  });

  it.each([
    ['no JSON', 'yes', 'line 2: is no JSON'],
    ['no verdict', JSON.stringify(common), 'line 2: takes question'],
    ['an unknown field', JSON.stringify({ ...common, verdict: 'yes', x: 1 }), 'line 2: takes'],
    ['a score above 5', JSON.stringify({ ...common, verdict: 'yes', score: 6 }), 'line 2: takes'],
    ['CO without a second answer', JSON.stringify({ ...common, dimension: 'CO' }), 'line 2: takes'],
  ])('names the line with %s', (_, line, message) => {
    expect(() => readCalibration(`${lines({ ...common, verdict: 'yes' })}${line}`)).toThrow(
      message,
    );
  });
});

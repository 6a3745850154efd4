import { describe, expect, it } from 'vitest';
import type { Row } from '../../domain/row.ts';
import { judgementScores } from '../../domain/judging/judgement.ts';
import { createScoreAverages } from '../../results/score-averages.ts';
import { failedRow, sampleRow } from './sample-run.ts';
import { judgement } from './suites/suite-run.ts';

function averagesIn(format: string, rows: readonly Row[]) {
  const averages = createScoreAverages(format);
  rows.forEach((row) => averages.add(row));
  return averages.total();
}

const of = (task: string | readonly string[]) => ({ categories: { question_type: [task].flat() } });

describe('score averages', () => {
  it('are micro and macro, and say which of them the suite publishes', () => {
    const rows = [
      sampleRow('q1', 'B', of('plotQA')),
      sampleRow('q2', 'B', of('plotQA')),
      sampleRow('q3', 'A', of('plotQA')),
      failedRow('q4', 'timeout', of('count')),
    ];

    expect(averagesIn('mlvu', rows)).toEqual([
      {
        score: 'exact',
        scorer: 'exact-letter',
        by: 'question_type',
        groups: 2,
        items: 4,
        micro: 2 / 4,
        macro: (2 / 3 + 0) / 2,
        published: { name: 'MLVU M-Avg', kind: 'macro' },
      },
    ]);
  });

  it('count an item with several labels once in micro, and under each label in macro', () => {
    const rows = [
      sampleRow('q1', 'B', of(['reasoning', 'summarization'])),
      sampleRow('q2', 'A', of('reasoning')),
    ];

    expect(averagesIn('lvbench', rows)).toMatchObject([{ items: 2, micro: 0.5, macro: 0.75 }]);
  });

  it('have the own rule of a suite beside ours, and its label on its own alone', () => {
    const scores = (value: number | null) => ({
      exact: { value: 1, state: 'scored' as const, scorer: 'exact-letter' },
      mvbench: {
        value,
        state: value === null ? ('unscored' as const) : ('scored' as const),
        scorer: 'mvbench-first-token',
      },
    });
    const task = (name: string) => ({ categories: { task_type: [name] } });
    const rows = [
      sampleRow('q1', 'B', { scores: scores(1), ...task('Action Count') }),
      sampleRow('q2', 'B', { scores: scores(null), ...task('State Change') }),
    ];

    expect(averagesIn('mvbench', rows)).toMatchObject([
      { score: 'exact', micro: 1, macro: 1, published: null },
      {
        score: 'mvbench',
        scorer: 'mvbench-first-token',
        micro: 0.5,
        macro: 0.5,
        published: { name: 'MVBench Avg', kind: 'micro' },
      },
    ]);
  });

  it("leave a suite's label off what its judges say", () => {
    const judged = (id: string, task: string) => {
      const judgements = [judgement({ verdict: 'yes', score: 4 })];
      const scores = judgementScores(judgements);
      const open = { options: [], gold: 'a dog', correct: null, judgements, scores };
      return sampleRow(id, null, { ...open, ...of(task) });
    };

    const found = averagesIn('mlvu', [judged('q1', 'sub-scene'), judged('q2', 'summary')]);

    expect(found.map(({ score, published }) => [score, published])).toEqual([
      ['gpt-judge-1a2b3c4d/verdict', null],
      ['gpt-judge-1a2b3c4d/score', null],
    ]);
  });

  it('P5: average dimensions by judgement and by dimension', () => {
    const judged = (id: string, scores: Readonly<Record<string, number>>): Row => {
      const judgements = Object.entries(scores).map(([dimension, score]) =>
        judgement({ contract: 'score', dimension: dimension as 'CI', score }),
      );
      const own = judgementScores(judgements);
      const open = { options: [], gold: 'a dog', correct: null };
      return sampleRow(id, null, {
        ...open,
        judgements,
        scores: own,
        categories: { dimension: [] },
      });
    };
    const rows = [judged('g1', { CI: 4, DO: 4, CU: 4 }), judged('t1', { TU: 2 })];

    const [average, ...others] = averagesIn('vcgbench', rows);

    expect(average).toMatchObject({
      score: 'gpt-judge-1a2b3c4d',
      by: 'judged dimension',
      groups: 4,
      items: 4,
      micro: 3.5,
      macro: 3.5,
      published: { name: "PLLaVA's Avg_Score", kind: 'micro' },
    });
    expect(others).toEqual([]);
    const second = judged('g2', { CI: 4, DO: 4, CU: 4 });
    expect(averagesIn('vcgbench', [...rows, second])[0]).toMatchObject({
      micro: 26 / 7,
      macro: 3.5,
    });
  });

  it('leave out what has one group, and items without gold', () => {
    expect(averagesIn('mlvu', [sampleRow('q1', 'B', of('plotQA'))])).toEqual([]);
    const unknown = sampleRow('q2', 'B', { gold: null, ...of('count') });
    expect(averagesIn('mlvu', [sampleRow('q1', 'B', of('plotQA')), unknown])).toEqual([]);
  });
});

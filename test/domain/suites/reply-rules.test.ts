import { describe, expect, it } from 'vitest';
import { parseAnswer } from '../../../domain/replies/answer-parsing.ts';
import { buildRow } from '../../../domain/build-row.ts';
import { lvbenchLetter } from '../../../domain/suites/lvbench-scorer.ts';
import { firstTokenVerdict } from '../../../domain/suites/mvbench-first-token.ts';
import {
  goldOption,
  predictionOf,
  ruleScores,
  scoresByRule,
} from '../../../domain/suites/reply-rules.ts';
import { failureTexts } from '../../support/failure-texts.ts';
import { answerRecord, itemEnd, sampleItem, sampleSpec } from '../../results/sample-run.ts';

const letters = ['A', 'B', 'C', 'D', 'E'];
const options = letters.map((letter) => ({ letter, text: `option ${letter}` }));
const itemWith = (gold: string) => sampleItem('q1', { options, gold });

/** As the answer step does it. */
function scoresOf(format: string, reply: string, gold: string) {
  const item = itemWith(gold);
  return ruleScores(format, reply, item, parseAnswer(reply, options) !== null);
}

describe('the own rules of suites', () => {
  it.each([
    ['mvbench', '(B) option B', 1],
    ['mvbench', 'Best option: (B)', 0],
    ['mvbench', '<think>A?</think> B', 1],
    ['lvbench', 'The answer is (B).', 1],
    ['lvbench', 'The answer is B', 0],
    ['lvbench', 'A hand (left) lifts it.\n```json\n{"answer": "B"}\n```', 1],
    ['lvbench', 'B) is tempting.\n{"answer": "A"}', 0],
  ])('%s gives %j %i, whatever ours says', (format, reply, value) => {
    expect(scoresOf(format, reply, 'B')).toEqual({ [format]: value });
  });

  it('are for their own data sets, and for questions with known gold', () => {
    expect(scoresOf('videomme', 'B', 'B')).toEqual({});
    expect(ruleScores('mvbench', 'B', sampleItem('q1', { gold: null }), true)).toEqual({});
    expect(scoresByRule('videomme', {})).toEqual({});
  });

  it('say nothing where the right option has no text', () => {
    const item = sampleItem('q1', { options: [{ letter: 'A', text: '' }], gold: 'A' });

    expect(ruleScores('mvbench', 'A', item, true)).toEqual({ mvbench: null });
    expect(scoresByRule('mvbench', { mvbench: null })).toEqual({
      mvbench: { value: null, state: 'unscored', scorer: 'mvbench-first-token' },
    });
  });
});

describe('a prediction', () => {
  it.each([
    ['She (the cook) stirs.\n```json\n{"answer": " B "}\n```', 'B'],
    ['{"answer": "A"} No: {"answer": "B", "why": "seen"}', 'B'],
    ['<think>{"answer": "A"}</think> (B) option B\n', '(B) option B'],
    ['{"answer": null}', '{"answer": null}'],
    ['{"answer": "B', '{"answer": "B'],
  ])('of %j is %j', (reply, prediction) => {
    expect(predictionOf(reply)).toBe(prediction);
  });
});

describe('D5: failure texts', () => {
  it.each(failureTexts)('%j is given no score by any rule, whatever is right', (text) => {
    for (const format of ['mvbench', 'lvbench'])
      for (const gold of letters) expect(scoresOf(format, text, gold)).toEqual({});
  });

  it.each(failureTexts)('%j is wrong by the rule of MVBench as it stands in its files', (text) => {
    const right = letters.filter(
      (gold) => firstTokenVerdict(text, goldOption(itemWith(gold))) === 'right',
    );

    expect(right).toEqual([]);
  });

  it('would be letters to the normaliser of LVBench, which is never given one', () => {
    const found = failureTexts.map(lvbenchLetter).filter((letter) => letters.includes(letter));

    expect(new Set(found)).toEqual(new Set(['A', 'C', 'E']));
  });
});

describe('a row of a suite', () => {
  const rowOf = (outcome: 'answered' | 'unparsed' | 'failed', mvbench?: 0 | 1) => {
    const spec = sampleSpec('uniform');
    const record = answerRecord(outcome === 'answered' ? 'B' : null);
    const result = {
      ...(record.result as object),
      ...(mvbench !== undefined && { ruleScores: { mvbench } }),
    };
    return buildRow({
      spec: { ...spec, dataset: { ...spec.dataset, format: 'mvbench' } },
      item: sampleItem('q1'),
      end: itemEnd(outcome),
      drive: 1,
      workflowId: 'w',
      steps: outcome === 'failed' ? [] : [{ ...record, result }],
      finishedAt: '2026-01-01T00:00:00.000Z',
    });
  };

  it('has our verdict and that of the suite, each with its scorer', () => {
    expect(rowOf('answered', 0).scores).toEqual({
      exact: { value: 1, state: 'scored', scorer: 'exact-letter' },
      mvbench: { value: 0, state: 'scored', scorer: 'mvbench-first-token' },
    });
  });

  it.each(['unparsed', 'failed'] as const)('is unscored when it is %s', (outcome) => {
    expect(rowOf(outcome, 1).scores).toEqual({
      exact: { value: null, state: 'unscored', scorer: 'exact-letter' },
      mvbench: { value: null, state: 'unscored', scorer: 'mvbench-first-token' },
    });
  });
});

import { describe, expect, it } from 'vitest';
import type { Judgement } from '../../domain/judging/judgement.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { compareJudgements } from '../../results/compare-judgements.ts';
import { summariseRun } from '../../results/summarise.ts';
import { sampleJudgement, scored } from './sample-judgement.ts';
import { sampleItem, sampleRow, sampleRun, sampleSpec } from './sample-run.ts';
import { sampleStores } from './sample-stores.ts';

function run(runId: string, judgements: readonly (readonly Judgement[])[]) {
  const rows = judgements.map((each, n) =>
    sampleRow(`q${n}`, 'B', { options: [], gold: 'g', video_ids: [`v${n}`], judgements: each }),
  );
  const items = rows.map(({ item_id: id }) => sampleItem(id, { options: [], gold: 'g' }));
  return summariseRun(sampleStores({ rows, items }), sampleRun(sampleSpec('uniform', runId)), null);
}
const by = (
  judge: string,
  verdict: 'yes' | 'no',
  score: number,
  changes: Partial<Judgement> = {},
) => sampleJudgement({ judge, verdict, score, ...changes });
const strict = { otherJudge: false };

describe('compareJudgements', () => {
  it('pairs items that are judged in both, by verdict and by score', async () => {
    const first = await run('a', [
      [by('j@1', 'no', 1)],
      [by('j@1', 'yes', 4)],
      [by('j@1', 'no', 0)],
    ]);
    const failed = by('j@1', 'no', 0, { state: 'failed', verdict: null, score: null });
    const second = await run('b', [[by('j@1', 'yes', 5)], [by('j@1', 'yes', 4)], [failed]]);

    const found = compareJudgements(first, second, strict);

    const about = { baseline: 'a', run: 'b', contract: 'yes-no-score', judges: ['j@1', 'j@1'] };
    expect(found).toMatchObject([
      { ...about, measure: 'accuracy', items: 2, difference: 0.5 },
      { ...about, measure: 'score', items: 2, difference: 2 },
    ]);
  });

  it('keeps dimensions apart', async () => {
    const first = await run('a', [[scored('CI', 1), scored('DO', 5)]]);
    const second = await run('b', [[scored('CI', 2), scored('DO', 3)]]);

    expect(
      compareJudgements(first, second, strict).map(({ dimension, difference }) => [
        dimension,
        difference,
      ]),
    ).toEqual([
      ['CI', 1],
      ['DO', -2],
    ]);
  });

  it('P11: refuses runs that different judges have judged, naming both', async () => {
    const first = await run('a', [[by('gpt@1', 'yes', 4)]]);
    const second = await run('b', [[by('gpt@2', 'yes', 4)]]);

    const refused = () => compareJudgements(first, second, strict);

    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(/a was judged by gpt@1 .*, b by gpt@2 .*--other-judge/s);
  });

  it('P11: refuses a judge behind whose name the provider has put another model', async () => {
    const first = await run('a', [[by('gpt@1', 'yes', 4, { response_model: 'gpt-0613' })]]);
    const second = await run('b', [[by('gpt@1', 'yes', 4, { response_model: 'gpt-1106' })]]);

    expect(() => compareJudgements(first, second, strict)).toThrow(
      'gpt@1 (answered by gpt-0613), b by gpt@1 (answered by gpt-1106)',
    );
  });

  it('takes two judges whom nobody names for two, and says how they get a name', async () => {
    const first = await run('a', [[by('unknown', 'yes', 4, { response_model: null })]]);
    const second = await run('b', [[by('unknown', 'yes', 4, { response_model: null })]]);

    expect(() => compareJudgements(first, second, strict)).toThrow(
      /Nobody says who judged a and b: .*`videoqa import --judge <name>`.*--other-judge/,
    );
    expect(compareJudgements(first, second, { otherJudge: true })).toHaveLength(2);
  });

  it('compares them all the same where it is told to, and says who judged which', async () => {
    const first = await run('a', [[by('gpt@1', 'no', 1)]]);
    const second = await run('b', [[by('gpt@2', 'yes', 4)]]);

    expect(compareJudgements(first, second, { otherJudge: true })).toMatchObject([
      { measure: 'accuracy', judges: ['gpt@1', 'gpt@2'], difference: 1 },
      { measure: 'score', judges: ['gpt@1', 'gpt@2'], difference: 3 },
    ]);
  });

  it('has nothing to compare where one of them was never judged', async () => {
    const first = await run('a', [[by('gpt@1', 'no', 1)]]);

    expect(compareJudgements(first, await run('b', [[]]), strict)).toEqual([]);
  });
});

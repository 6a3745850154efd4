import { describe, expect, it } from 'vitest';
import type { Judgement } from '../../domain/judging/judgement.ts';
import { createScheduledCount } from '../../domain/judging/scheduled-judgements.ts';
import type { Row } from '../../domain/row.ts';
import { createJudgeCount } from '../../results/judge-report.ts';
import { judgingSpec } from '../support/judging.ts';
import { sampleJudgement, scored } from './sample-judgement.ts';
import { sampleItem, sampleRow } from './sample-run.ts';

const open = { options: [], gold: 'a box' };
const row = (id: string, judgements: readonly Judgement[], changes: Partial<Row> = {}) =>
  sampleRow(id, 'B', { ...open, video_ids: [id], judgements, ...changes });

function count(rows: readonly Row[], judging = judgingSpec()) {
  const judges = createJudgeCount(judging);
  rows.forEach((each) => judges.add(each));
  const scheduled = createScheduledCount();
  rows.forEach((each) => scheduled.add(itemOf(each)));
  return judges.total(scheduled.total());
}

const itemOf = ({ item_id: id, options, gold, categories }: Row) =>
  sampleItem(id, { options: [...options], gold, categories: copied(categories) });
const copied = (categories: Row['categories']) =>
  Object.fromEntries(Object.entries(categories).map(([name, labels]) => [name, [...labels]]));

describe('createJudgeCount', () => {
  it('divides yes by the judged, and says what was unparsed, failed or never asked', () => {
    const no = sampleJudgement({ verdict: 'no', score: 1.9 });
    const none = { verdict: null, score: null } as const;
    const rows = [
      row('a', [sampleJudgement()]),
      row('b', [no]),
      row('c', [sampleJudgement()]),
      row('d', [sampleJudgement({ ...none, state: 'unparsed' })]),
      row('e', [sampleJudgement({ ...none, state: 'failed', failure_class: 'timeout' })]),
      row('f', []),
      sampleRow('multiple choice', 'B'),
      sampleRow('no reply', null, open),
    ];

    const [judge] = count(rows);

    expect(judge).toMatchObject({ judge: 'judge-1@00000000', responseModels: ['judge-1'] });
    const [found] = judge!.dimensions;
    expect(found).toMatchObject({ judged: 3, unparsed: 1, failed: 1, unjudged: 1, yes: 2 });
    expect(found!.accuracy!.mean).toBeCloseTo(2 / 3, 12);
    expect(found!.score!.mean).toBeCloseTo((4 + 1.9 + 4) / 3, 12);
    expect(found!.meanTruncatedScore).toBe(3);
    expect(judge!.scores).toBeNull();
  });

  it('D11: keeps yes over all scheduled beside it, which an answer that fails never raises', () => {
    const rows = [row('a', [sampleJudgement()]), row('b', [sampleJudgement({ verdict: 'no' })])];
    const hard = row('b', [], { outcome: 'failed', answer: null });

    const [all] = count(rows)[0]!.dimensions;
    const [failed] = count([rows[0]!, hard])[0]!.dimensions;

    expect(all).toMatchObject({ scheduled: 2, yes: 1, overScheduled: 0.5 });
    expect(failed).toMatchObject({ scheduled: 2, yes: 1, overScheduled: 0.5, judged: 1 });
    expect([all!.accuracy!.mean, failed!.accuracy!.mean]).toEqual([0.5, 1]);
  });

  it('puts intervals around means, clustered by video, within what a score can be', () => {
    const rows = [1, 5, 5, 5].map((score, n) =>
      row(`v${n}`, [sampleJudgement({ score, verdict: 'yes' })]),
    );

    const { score, accuracy } = count(rows)[0]!.dimensions[0]!;

    expect(score!.ci95[0]).toBeGreaterThan(0);
    expect(score!.ci95[0]).toBeLessThan(4);
    expect(score!.ci95[1]).toBe(5);
    expect(accuracy!.ci95[0]).toBeLessThan(1);
  });

  // PLLaVA 34B as published: CI 3.60, DO 3.20, CU 3.90, TU 2.67, CO 3.25 over 1,996, 499 and 499 items.
  it('P5: tells micro 3.48 from macro 3.32, which the table of PLLaVA mixes', () => {
    const judging = judgingSpec({ contracts: ['score', 'consistency'] });
    const generic = Array.from({ length: 1996 }, (_, n) =>
      row(`g${n}`, [scored('CI', 3.6), scored('DO', 3.2), scored('CU', 3.9)], {
        categories: { dimension: ['CI', 'DO', 'CU'] },
      }),
    );
    const temporal = Array.from({ length: 499 }, (_, n) =>
      row(`t${n}`, [scored('TU', 2.67)], { categories: { dimension: ['TU'] } }),
    );
    const pairs = Array.from({ length: 499 }, (_, n) => {
      const categories = { pair: [`p${n}`] };
      return [
        row(`p${n}/1`, [scored('CO', 3.25)], { categories }),
        row(`p${n}/2`, [], { categories }),
      ];
    });

    const [judge] = count([...generic, ...temporal, ...pairs.flat()], judging);

    const { micro, macro } = judge!.scores!;
    expect(micro.mean).toBeCloseTo(3.48, 2);
    expect(micro.judgements).toBe(3 * 1996 + 499 + 499);
    expect(macro).toEqual({ mean: expect.closeTo(3.324, 3), dimensions: 5 });
    expect(
      judge!.dimensions.map(({ dimension, judged, unjudged, scheduled }) => [
        dimension,
        judged,
        unjudged,
        scheduled,
      ]),
    ).toEqual([
      ['CI', 1996, 0, 1996],
      ['DO', 1996, 0, 1996],
      ['CU', 1996, 0, 1996],
      ['TU', 499, 0, 499],
      ['CO', 499, 0, 499],
    ]);
    expect(judge!.categories).toEqual([]);
  });

  it('takes the mean of labels beside the mean of items, and an item under each of its labels', () => {
    const type = (...labels: string[]) => ({ categories: { type: labels } });
    const no = sampleJudgement({ verdict: 'no', score: 1 });
    const rows = [
      row('a', [sampleJudgement({ score: 5 })], type('colour')),
      row('b', [sampleJudgement({ score: 5 })], type('colour')),
      row('c', [sampleJudgement({ score: 5 })], type('colour')),
      row('d', [no], type('number', 'place')),
    ];

    expect(count(rows)[0]!.categories).toEqual([
      {
        category: 'type',
        contract: 'yes-no-score',
        labels: [
          { label: 'colour', judged: 3, yes: 3, meanScore: 5 },
          { label: 'number', judged: 1, yes: 0, meanScore: 1 },
          { label: 'place', judged: 1, yes: 0, meanScore: 1 },
        ],
        macro: { accuracy: expect.closeTo(1 / 3, 12), meanScore: expect.closeTo(7 / 3, 12) },
      },
    ]);
  });

  it('keeps contracts apart: each number has its own denominator', () => {
    const judging = judgingSpec({ contracts: ['yes-no-score', 'score'] });
    const rows = ['a', 'b'].map((id) =>
      row(id, [sampleJudgement({ score: 5 }), scored('CI', 1), scored('DO', 3)], {
        categories: { dimension: ['CI', 'DO'], type: ['colour'] },
      }),
    );

    const [judge] = count(rows, judging);

    expect(
      judge!.categories.map(({ contract, labels: [colour], macro }) => [contract, colour, macro]),
    ).toMatchObject([
      ['yes-no-score', { judged: 2, yes: 2, meanScore: 5 }, { accuracy: 1, meanScore: 5 }],
      ['score', { judged: 4, yes: null, meanScore: 2 }, { accuracy: null, meanScore: 2 }],
    ]);
    expect(judge!.scores).toEqual({
      micro: { mean: 2, judgements: 4 },
      macro: { mean: 2, dimensions: 2 },
    });
  });

  it('keeps judges apart, and tells of one that changed on the way', () => {
    const other = sampleJudgement({ judge: 'two@2', verdict: 'no', response_model: 'two-may' });
    const rows = [
      row('a', [sampleJudgement(), other]),
      row('b', [sampleJudgement(), { ...other, response_model: 'two-june' }]),
    ];

    const judges = count(rows, judgingSpec({ judges: ['judge-1@00000000', 'two@2'] }));

    expect(judges.map(({ judge, responseModels }) => [judge, responseModels])).toEqual([
      ['judge-1@00000000', ['judge-1']],
      ['two@2', ['two-june', 'two-may']],
    ]);
    expect(judges.map(({ dimensions }) => dimensions[0]?.yes)).toEqual([2, 0]);
  });
});

import { afterEach, beforeEach, expect, it } from 'vitest';
import { dueCalibrations } from '../../domain/judging/due-judgements.ts';
import { readCalibration } from '../../domain/judging/calibration.ts';
import { judgeAgreement } from '../../results/judge-agreement.ts';
import type { JudgementEnd } from '../../domain/stores/judgement-store.ts';
import { noUsage } from '../../domain/money/usage.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { sampleSpec } from '../adapters/database/sample-run.ts';
import { openTestStores } from '../support/fakes-activity.ts';
import { judgingSpec } from '../support/judging.ts';

let stores: Stores;
beforeEach(async () => {
  stores = await openTestStores();
});
afterEach(() => stores.close());

const known = [
  ['yes', 5],
  ['yes', 4],
  ['no', 1],
  ['no', 0],
  ['no', 0],
].map(([verdict, score], n) => ({
  question: `q${n}`,
  answer: 'a',
  prediction: 'b',
  verdict,
  score,
}));

const nothing: JudgementEnd = {
  state: 'judged',
  verdict: null,
  score: null,
  artifact: null,
  responseModel: null,
  failureClass: null,
  usage: noUsage,
};

it('counts same verdicts and scores over the judged, and says what was not', async () => {
  const text = known.map((record) => JSON.stringify(record)).join('\n');
  const calibrationArtifact = await stores.blobs.put(new TextEncoder().encode(text));
  const judging = judgingSpec({ calibrationArtifact });
  const run = { runId: 'r1', spec: { ...sampleSpec('r1'), judging } };
  expect((await judgeAgreement(stores, run))[0]).toMatchObject({ records: 5, judged: 0 });

  const pass = await stores.judgements.open('r1', 'w');
  await stores.judgements.takeUp(
    'r1',
    pass,
    dueCalibrations(judging, readCalibration(text)),
    false,
  );
  const said: Partial<JudgementEnd>[] = [
    { verdict: 'yes', score: 5 },
    { verdict: 'yes', score: 4.8 },
    { verdict: 'yes', score: 4 },
    { state: 'unparsed' },
    { state: 'failed', failureClass: 'timeout' },
  ];
  const pending = await stores.judgements.pending('r1', pass, 0, 10);
  for (const [n, { id }] of pending.entries()) {
    await stores.judgements.finish(id, pass, {
      ...nothing,
      ...said[n],
    });
  }

  expect(await judgeAgreement(stores, run)).toEqual([
    {
      judge: 'judge-1@00000000',
      contract: 'yes-no-score',
      dimension: null,
      records: 5,
      judged: 3,
      unparsed: 1,
      failed: 1,
      sameVerdicts: 2,
      sameScores: 2,
      meanAbsoluteDifference: expect.closeTo((0 + 0.8 + 3) / 3, 12),
    },
  ]);
});

it('has nothing to say without a calibration set', async () => {
  const spec = { ...sampleSpec('r1'), judging: judgingSpec() };

  expect(await judgeAgreement(stores, { runId: 'r1', spec })).toEqual([]);
});

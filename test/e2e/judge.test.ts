import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowSchema } from '../../domain/row-schema.ts';
import type { Row } from '../../domain/row.ts';
import type { JudgeSummary, RunSummary } from '../../domain/summary.ts';
import { e2eObstacle, makeHome, runCli, startCli, until } from '../support/e2e-cli.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';
import { readRun } from '../support/e2e-state.ts';
import {
  type JudgedOptions,
  writeJudgedConfig,
  writeOpenQuestions,
} from '../support/judged-evaluation.ts';

const items = 25;

/** A state folder and a provider with its own bill. */
async function openWorld() {
  const { home, remove } = await makeHome();
  const folder = dirname(home);
  await mkdir(home, { mode: 0o700 });
  const provider: RemoteProvider = await startRemoteProvider(folder);
  const questions = join(folder, 'open.json');
  const frames = await writeOpenQuestions(questions, items);
  const about = { name: 'judged', providerUrl: provider.url, questions, frames };
  const say = async (args: readonly string[]) => {
    const { code, stdout, stderr } = await runCli([...args, '--json'], { home });
    return { code, stderr, said: stdout === '' ? null : (JSON.parse(stdout) as unknown) };
  };
  return {
    home,
    folder,
    provider,
    say,
    config: (options: Partial<JudgedOptions> = {}) =>
      writeJudgedConfig(join(folder, 'run.yaml'), { ...about, ...options }),
    /** Requests to the judge that were billed. */
    judgeCalls: async () =>
      (await provider.entries()).filter(
        (entry) => entry.model === 'simulated-judge' && entry.billed,
      ),
    async close() {
      await remove();
      await provider.close();
    },
  };
}
type World = Awaited<ReturnType<typeof openWorld>>;

async function run(world: World, options: Partial<JudgedOptions> = {}) {
  const { code, stderr, said } = await world.say(['run', await world.config(options)]);
  if (said === null) throw new Error(stderr);
  return { code, stderr, summary: said as RunSummary };
}
const judgeOf = ({ judges }: RunSummary): JudgeSummary => judges![0]!;
const scoresOf = (rows: readonly Row[]) =>
  new Map(
    rows.flatMap(({ item_id: id, judgements: [found] }) =>
      found?.state === 'judged' ? [[id, `${found.verdict} ${found.score}`] as const] : [],
    ),
  );

describe.skipIf(e2eObstacle !== null)('judging open-ended answers', () => {
  let world: World;
  let first: RunSummary;
  let rows: readonly Row[];
  beforeAll(async () => {
    world = await openWorld();
    const calibration = join(world.folder, 'known.jsonl');
    const known = [
      { question: 'q', answer: 'a red box', prediction: 'a red box', verdict: 'yes', score: 5 },
      { question: 'q', answer: 'a red box', prediction: 'rain', verdict: 'yes', score: 4 },
    ];
    await writeFile(calibration, known.map((record) => `${JSON.stringify(record)}\n`).join(''));
    const { code, summary } = await run(world, { calibration });
    expect(code).toBe(0);
    first = summary;
    ({ rows } = await readRun(world.home, first.runId));
  }, 120_000);
  afterAll(() => world.close());

  it('follows the drive by itself: every answer is judged, and every number has its denominator', async () => {
    const { judged, yes, accuracy, meanScore, ...others } = judgeOf(first);

    expect(first.counts.answered).toBe(items);
    expect(others).toMatchObject({ unparsed: 0, failed: 0, pending: 0, contract: 'yes-no-score' });
    expect(judged).toBe(items);
    expect(others).toMatchObject({ scheduled: items, overScheduled: accuracy });
    const scores = [...scoresOf(rows).values()].map((found) => found.split(' '));
    expect(scores.filter(([verdict]) => verdict === 'yes')).toHaveLength(yes!);
    expect(accuracy).toBeCloseTo(yes! / items, 12);
    const sum = scores.reduce((total, [, score]) => total + Number(score), 0);
    expect(meanScore).toBeCloseTo(sum / items, 12);
  });

  it('writes judgements into the rows that are exported', async () => {
    const out = join(world.folder, 'out');

    const { code } = await world.say(['export', first.runId, '--format', 'jsonl', '--out', out]);

    expect(code).toBe(0);
    const lines = (await readFile(join(out, `${first.runId}.jsonl`), 'utf8')).trim().split('\n');
    const exported = lines.map((line) => rowSchema.parse(JSON.parse(line)));
    expect(exported).toHaveLength(items);
    for (const { judgements, scores } of exported) {
      expect(judgements).toMatchObject([{ judge: judgeOf(first).judge, state: 'judged' }]);
      expect(scores[`${judgeOf(first).judge}/score`]).toMatchObject({ state: 'scored' });
    }
  });

  it('costs nothing a second time', async () => {
    const before = await world.provider.totals();

    const { code, said } = await world.say(['judge', first.runId]);

    expect(code).toBe(0);
    expect(said).toMatchObject({
      state: 'completed',
      judges: [{ dimensions: [{ judged: items, unjudged: 0 }] }],
      agreement: [{ records: 2, judged: 2, sameVerdicts: 1, sameScores: 1 }],
    });
    expect(await world.provider.totals()).toMatchObject({
      requests: before.requests,
      costUsd: before.costUsd,
    });
  });

  it('keeps the ledger of the run equal to the bill, judgements included', async () => {
    const { ledger } = await readRun(world.home, first.runId);
    const bill = await world.provider.totals();
    const { usage, judgingUsage } = first;
    expect(usage.paid_usd! + judgingUsage!.paid_usd!).toBeCloseTo(bill.costUsd, 8);
    expect(usage.calls + judgingUsage!.calls).toBe(bill.requests);

    expect(ledger.openIntents).toEqual([]);
    expect(ledger.settledUsd).toBeCloseTo(bill.costUsd, 8);
    const { said } = await world.say(['cost', first.runId]);
    expect(JSON.stringify(said)).toContain('"step":"judge"');
  });

  it('another judge is another run: answers are not paid again, and the two are not compared unasked', async () => {
    const before = await world.judgeCalls();

    const { summary, stderr } = await run(world, { judge: { temperature: 0.5 } });

    expect(summary.runId).not.toBe(first.runId);
    expect(stderr).toContain('judging.judges');
    expect(summary.usage).toMatchObject({ cached_calls: items, paid_usd: 0 });
    expect(await world.judgeCalls()).toHaveLength(before.length + items);
    const refused = await world.say(['compare', first.runId, summary.runId]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(judgeOf(first).judge);
    expect(refused.stderr).toContain(judgeOf(summary).judge);
    const asked = await world.say(['compare', first.runId, summary.runId, '--other-judge']);
    expect(asked.code).toBe(0);
    expect(asked.said).toMatchObject({
      judged: [
        { measure: 'accuracy', items, difference: 0 },
        { measure: 'score', items, difference: 0 },
      ],
    });
  }, 120_000);

  it('asks several judges each for everything, and pays nobody twice', async () => {
    const before = await world.judgeCalls();

    const { code, summary } = await run(world, { judge: [{}, { temperature: 0.7 }] });

    expect(code).toBe(0);
    const judges = summary.judges!.map(({ judge }) => judge);
    expect(new Set(judges).size).toBe(2);
    expect(summary.judges!.map(({ judged }) => judged)).toEqual([items, items]);
    // What the first of them says has been paid before.
    expect(await world.judgeCalls()).toHaveLength(before.length + items);
    const found = await readRun(world.home, summary.runId);
    for (const { judgements } of found.rows)
      expect(judgements.map(({ judge }) => judge).toSorted()).toEqual(judges.toSorted());
  }, 120_000);

  it('refuses to judge a run that has no judge, and says how it gets one', async () => {
    const { summary } = await run(world, { isJudged: false });

    const { code, stderr } = await world.say(['judge', summary.runId]);

    expect(summary.judges).toBeUndefined();
    expect(code).toBe(2);
    expect(stderr).toContain('add models.judge and judge');
  }, 120_000);

  it.each([
    ['worker', 'the process dies and the server with it'],
    ['worker alone', 'the server lives on'],
  ])(
    'killed midway (%s: %s), goes on and buys no judgement twice',
    async (target) => {
      const other = await openWorld();
      try {
        await run(other, { isJudged: false });
        await other.provider.setLatency(1500);
        const config = await other.config({ itemsInFlight: 4 });
        const killed = startCli(['run', config], { home: other.home });
        await until('some answers are judged', async () => (await other.judgeCalls()).length >= 8);
        killed.kill();
        await killed.ended;
        if (target === 'worker') await runCli(['down'], { home: other.home });
        const paidBefore = await other.judgeCalls();
        expect(paidBefore.length).toBeLessThan(items);
        await other.provider.setLatency(0);

        const { code, summary } = await run(other, { itemsInFlight: 4 });

        expect(code).toBe(0);
        expect(judgeOf(summary)).toMatchObject({
          judged: items,
          unparsed: 0,
          failed: 0,
          pending: 0,
        });
        const { ledger } = await readRun(other.home, summary.runId);
        const calls = await other.judgeCalls();
        // What was in flight when the process died may be paid twice, and is listed as such: no more.
        const again = calls.length - new Set(calls.map(({ requestHash }) => requestHash)).size;
        expect(again).toBeLessThanOrEqual(ledger.openIntents.length);
        expect(ledger.openIntents.length).toBeLessThanOrEqual(4);
        expect(calls.length).toBe(items + again);
      } finally {
        await other.close();
      }
    },
    240_000,
  );

  it('30 % faults change no score of a judged item, and a second judging heals what failed', async () => {
    const other = await openWorld();
    try {
      await run(other, { isJudged: false });
      const kinds = [
        'rate_limit',
        'server_error',
        'malformed',
        'content_filter',
        'length',
      ] as const;
      await other.provider.setFaults({ rate: 0.3, kinds: [...kinds], retryAfterS: 1 });

      const faulty = await run(other, { judge: { maxAttempts: 2 } });

      const { runId } = faulty.summary;
      const { failed, judged, pending } = judgeOf(faulty.summary);
      expect(failed).toBeGreaterThan(0);
      expect(faulty.code).toBe(4);
      expect({ sum: failed + judged, pending }).toEqual({ sum: items, pending: 0 });
      const clean = scoresOf(rows);
      const found = scoresOf((await readRun(other.home, runId)).rows);
      expect(found.size).toBe(judged);
      for (const [id, score] of found) expect(score).toBe(clean.get(id));

      await other.provider.setFaults({ rate: 0 });
      const paid = (await other.judgeCalls()).length;
      const healed = await other.say(['judge', runId]);

      expect(healed.code).toBe(0);
      expect(healed.said).toMatchObject({
        judges: [{ dimensions: [{ judged: items, failed: 0 }] }],
      });
      expect(scoresOf((await readRun(other.home, runId)).rows)).toEqual(clean);
      expect(await other.judgeCalls()).toHaveLength(paid + failed);
    } finally {
      await other.close();
    }
  }, 240_000);

  it('stopped by a used-up quota, goes on with the same command', async () => {
    const other = await openWorld();
    try {
      await run(other, { isJudged: false });
      await other.provider.setFaults({ rate: 1, kinds: ['quota'] });

      const stopped = await run(other);

      expect(stopped.code).toBe(6);
      expect(stopped.stderr).toContain('judging was stopped');
      expect(judgeOf(stopped.summary).judged).toBe(0);

      await other.provider.setFaults({ rate: 0 });
      const { code, summary } = await run(other);

      expect(code).toBe(0);
      expect(judgeOf(summary)).toMatchObject({ judged: items, failed: 0, pending: 0 });
      expect(await other.judgeCalls()).toHaveLength(items);
    } finally {
      await other.close();
    }
  }, 180_000);
});

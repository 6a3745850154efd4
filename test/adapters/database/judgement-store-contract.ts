import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../adapters/database/open-database.ts';
import type { DueJudgement } from '../../../domain/judging/due-judgements.ts';
import type { JudgementEnd } from '../../../domain/stores/judgement-store.ts';
import type { Row } from '../../../domain/row.ts';
import { noUsage } from '../../../domain/money/usage.ts';
import { sampleItems, sampleRow, sampleRun } from './sample-run.ts';

const artifact = 'a'.repeat(64);
const said: JudgementEnd = {
  state: 'judged',
  verdict: 'yes',
  score: 4.5,
  artifact,
  responseModel: 'judge-1-2026',
  failureClass: null,
  usage: { ...noUsage, calls: 1, prompt_tokens: 10, paid_usd: 0.5, list_usd: 0.5 },
};
const failed: JudgementEnd = {
  ...said,
  state: 'failed',
  verdict: null,
  score: null,
  artifact: null,
  responseModel: null,
  failureClass: 'timeout',
};
const due = (itemId: string, changes: Partial<DueJudgement> = {}): DueJudgement => ({
  judge: 'j@1',
  contract: 'yes-no-score',
  dimension: null,
  kind: 'item',
  itemId,
  sample: 0,
  partnerId: null,
  drive: 1,
  ...changes,
});

/** What the store of judgements of every database keeps; `open` gives an empty database. */
export function describeJudgementStore(open: () => Promise<Database>): void {
  let database: Database;
  beforeEach(async () => {
    database = await open();
    await database.runs.create(sampleRun('r1'), sampleItems(6));
    await database.runs.openDrive('r1', { kind: 'unfinished' });
    const rows = ['q0', 'q1', 'q2'].map((itemId) => sampleRow(itemId, 1, 'answered'));
    await database.runs.recordRows('r1', 1, rows);
  });
  afterEach(() => database.close());

  const pending = async (judging: number) => database.judgements.pending('r1', judging, 0, 100);
  /** Opens a judging over the items named. */
  const openOver = async (workflow: string, ...itemIds: string[]) => {
    const judging = await database.judgements.open('r1', workflow);
    await database.judgements.takeUp(
      'r1',
      judging,
      itemIds.map((id) => due(id)),
      false,
    );
    return judging;
  };
  const end = async (judging: number, itemId: string, how: JudgementEnd) => {
    const found = (await pending(judging)).find((each) => each.itemId === itemId)!;
    await database.judgements.begin(found.id, judging);
    await database.judgements.finish(found.id, judging, how);
  };
  const allRows = async () => {
    const rows: Row[] = [];
    for await (const row of database.runs.rows('r1')) rows.push(row);
    return rows;
  };

  describe('a judging', () => {
    test('is opened once for a workflow, however often that asks', async () => {
      const { judgements } = database;

      expect(await judgements.open('r1', 'first')).toBe(1);
      expect(await judgements.open('r1', 'first')).toBe(1);
      expect(await judgements.listOpen()).toMatchObject([{ runId: 'r1', judging: 1 }]);
    });

    test('closes the one that a workflow left open which was ended from outside', async () => {
      const { judgements } = database;
      await judgements.open('r1', 'first');

      expect(await judgements.open('r1', 'second')).toBe(2);
      expect(await judgements.listOpen()).toMatchObject([{ judging: 2, state: 'running' }]);
    });

    test('keeps why it was stopped, and is closed once', async () => {
      const { judgements } = database;
      await judgements.open('r1', 'first');
      const stopDetail = { class: 'auth', message: 'no key' } as const;
      await judgements.stop('r1', { stopReason: 'provider', stopDetail });

      await judgements.close('r1', 1, 'stopped');
      await judgements.close('r1', 1, 'cancelled');

      const ended = { judging: 1, state: 'stopped', stopReason: 'provider', stopDetail };
      expect(await judgements.latest('r1')).toMatchObject(ended);
      expect(await judgements.listOpen()).toEqual([]);
      expect(await judgements.latest('r2')).toBeNull();
    });
  });

  describe('taking up', () => {
    test('adds what is new, and leaves what is there as it is', async () => {
      const judging = await openOver('w', 'q0', 'q1');
      await end(judging, 'q0', said);

      await database.judgements.takeUp('r1', judging, [due('q0'), due('q1'), due('q2')], false);

      expect((await pending(judging)).map(({ itemId }) => itemId)).toEqual(['q1', 'q2']);
    });

    test('a later judging takes up what failed or never ended, and nothing that was judged', async () => {
      const first = await openOver('w1', 'q0', 'q1', 'q2');
      await end(first, 'q0', said);
      await end(first, 'q1', failed);

      const second = await openOver('w2', 'q0', 'q1', 'q2');

      const left = await pending(second);
      expect(left.map(({ itemId, redraw }) => [itemId, redraw])).toEqual([
        ['q1', 0],
        ['q2', 0],
      ]);
      expect(left[0]?.failureClass).toBeNull();
    });

    test('asks anew where a reply could not be read only when it is told to', async () => {
      const unparsed: JudgementEnd = { ...said, state: 'unparsed', verdict: null, score: null };
      const first = await openOver('w1', 'q0');
      await end(first, 'q0', unparsed);

      const second = await openOver('w2', 'q0');
      expect(await pending(second)).toEqual([]);

      await database.judgements.takeUp('r1', second, [due('q0')], true);
      expect(await pending(second)).toMatchObject([{ itemId: 'q0', redraw: 1 }]);
    });

    test('asks with another draw after a refusal', async () => {
      await end(await openOver('w1', 'q0'), 'q0', { ...failed, failureClass: 'refused_output' });

      expect(await pending(await openOver('w2', 'q0'))).toMatchObject([{ redraw: 1 }]);
    });

    test('judges the answer of a later drive anew, also in the same judging', async () => {
      const judging = await openOver('w', 'q0');
      await end(judging, 'q0', said);

      await database.judgements.takeUp('r1', judging, [due('q0', { drive: 2 })], false);

      expect(await pending(judging)).toMatchObject([{ itemId: 'q0', drive: 2, redraw: 0 }]);
    });

    test('keeps judges, dimensions and the calibration set apart', async () => {
      const judging = await database.judgements.open('r1', 'w');
      const ci = { contract: 'score', dimension: 'CI' } as const;
      const all = [
        due('q0'),
        due('q0', { judge: 'j@2' }),
        due('q0', ci),
        due('q0', { ...ci, dimension: 'DO' }),
        due('q0', { kind: 'calibration', drive: 0 }),
      ];

      await database.judgements.takeUp('r1', judging, all, false);

      expect(await pending(judging)).toHaveLength(5);
    });
  });

  describe('a judgement', () => {
    test('waits until somebody has begun it', async () => {
      const { judgements } = database;
      const judging = await openOver('w', 'q0', 'q1');
      expect(await judgements.waiting('r1', judging)).toBe(2);
      const [first] = await pending(judging);

      expect(await judgements.begin(first!.id, judging)).toMatchObject({ itemId: 'q0' });

      expect(await judgements.waiting('r1', judging)).toBe(1);
      expect(await pending(judging)).toHaveLength(2);
    });

    test('ends once: what comes late or from an earlier judging is not taken', async () => {
      const { judgements } = database;
      const first = await openOver('w1', 'q0');
      const { id } = (await pending(first))[0]!;
      const second = await openOver('w2', 'q0');

      await judgements.finish(id, first, failed);
      await judgements.finish(id, second, said);
      await judgements.finish(id, second, failed);

      expect(await judgements.begin(id, first)).toBeNull();
      expect(await judgements.begin(id, second)).toBeNull();
      expect((await database.runs.row('r1', 'q0', 0))?.judgements).toMatchObject([
        { state: 'judged', score: 4.5 },
      ]);
    });

    test('counts the tries that failed', async () => {
      const { judgements } = database;
      const judging = await openOver('w', 'q0');
      const { id } = (await pending(judging))[0]!;

      await judgements.noteFailedTry(id);

      expect((await judgements.begin(id, judging))?.failedTries).toBe(1);
    });
  });

  describe('rows', () => {
    test('come with the judgements that have ended, and with their scores', async () => {
      const judging = await openOver('w', 'q0', 'q1', 'q2');
      await end(judging, 'q0', said);
      await end(judging, 'q1', failed);

      const [judged, other, third] = await allRows();

      expect(judged?.judgements).toEqual([
        {
          judge: 'j@1',
          contract: 'yes-no-score',
          dimension: null,
          item_ids: ['q0'],
          verdict: 'yes',
          score: 4.5,
          state: 'judged',
          failure_class: null,
          artifact,
          response_model: 'judge-1-2026',
        },
      ]);
      expect(judged?.scores).toMatchObject({
        'j@1/verdict': { value: 1, state: 'scored', scorer: 'j@1' },
        'j@1/score': { value: 4.5, state: 'scored', scorer: 'j@1' },
      });
      expect(other?.judgements).toMatchObject([{ state: 'failed', failure_class: 'timeout' }]);
      expect(other?.scores).toMatchObject({ 'j@1/score': { value: null, state: 'unscored' } });
      expect(third?.judgements).toEqual([]);
      expect(await database.runs.row('r1', 'q0', 0)).toEqual(judged);
    });

    test('do not come with the judgement of an earlier answer', async () => {
      await end(await openOver('w', 'q3'), 'q3', said);
      await database.runs.recordRows('r1', 1, [sampleRow('q3', 1, 'unparsed')]);
      await database.runs.closeDrive('r1', 1);
      await database.runs.openDrive('r1', { kind: 'retry', filter: {} });
      await database.runs.recordRows('r1', 2, [sampleRow('q3', 2, 'answered')]);

      expect((await database.runs.row('r1', 'q3', 0))?.judgements).toEqual([]);
    });

    test('the judgement of a pair stands with its first item, and names both', async () => {
      const pair = due('q0', { contract: 'consistency', dimension: 'CO', partnerId: 'q1' });
      const judging = await database.judgements.open('r1', 'w');
      await database.judgements.takeUp('r1', judging, [pair], false);
      await end(judging, 'q0', { ...said, verdict: null });

      const [first, second] = await allRows();

      expect(first?.judgements).toMatchObject([{ dimension: 'CO', item_ids: ['q0', 'q1'] }]);
      expect(first?.scores).toMatchObject({ 'j@1/CO': { value: 4.5 } });
      expect(second?.judgements).toEqual([]);
    });
  });

  test('totals count by judge and dimension, the calibration set apart, with what was spent', async () => {
    const judging = await openOver('w', 'q0', 'q1', 'q2');
    await database.judgements.takeUp(
      'r1',
      judging,
      [due('hash', { kind: 'calibration', drive: 0 })],
      false,
    );
    await end(judging, 'q0', said);
    await end(judging, 'q1', { ...said, verdict: 'no', score: 1 });
    await end(judging, 'hash', said);

    const [calibration, items] = await database.runs.judgementTotals('r1');

    expect(calibration).toMatchObject({ kind: 'calibration', judged: 1 });
    expect(items).toMatchObject({
      kind: 'item',
      judge: 'j@1',
      contract: 'yes-no-score',
      dimension: null,
      judged: 2,
      unparsed: 0,
      failed: 0,
      pending: 1,
      yes: 1,
      scoreSum: 5.5,
      usage: { calls: 2, prompt_tokens: 20, paid_usd: 1 },
    });
    expect(await database.judgements.calibrations('r1')).toMatchObject([{ itemId: 'hash' }]);
  });

  test('spend without a price is not known, and no sum hides it', async () => {
    const judging = await openOver('w', 'q0', 'q1');
    await end(judging, 'q0', said);
    await end(judging, 'q1', { ...said, usage: { ...said.usage, paid_usd: null } });

    expect((await database.runs.judgementTotals('r1'))[0]?.usage.paid_usd).toBeNull();
  });
}

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../adapters/database/open-database.ts';
import type { RunBudget } from '../../../domain/money/budget.ts';
import { BudgetRefusal } from '../../../domain/money/budget-gate.ts';
import type { CallStore } from '../../../domain/stores/call-store.ts';
import { sampleItems, sampleRow, sampleRun, sampleOwner } from './sample-run.ts';

type Intent = Parameters<CallStore['openIntent']>[0];

const now = 1_900_000_000_000;
/** An item plans, draws and answers for a dollar each at most. */
const budget = (changes: Partial<RunBudget> = {}): RunBudget => ({
  runUsd: 10,
  accountsUsd: {},
  itemMostUsd: { chat: 2, painter: 1 },
  callMostUsd: { chat: 1, painter: 1 },
  ...changes,
});
const end = {
  state: 'usable',
  settledAt: now,
  usage: null,
  failureClass: null,
  action: null,
  retryAfterMs: null,
  httpStatus: 200,
} as const;

/** How every database keeps a run within its budget. */
export function describeBudget(open: () => Promise<Database>): void {
  let database: Database;
  let calls: CallStore;
  beforeEach(async () => {
    database = await open();
    calls = database.calls;
    for (const runId of ['r1', 'r2']) {
      await database.runs.create(sampleRun(runId), sampleItems(20));
      await database.runs.openDrive(runId, { kind: 'unfinished' });
    }
  });
  afterEach(() => database.close());

  const intent = (itemId: string, step: Intent['step'], changes: Partial<Intent> = {}): Intent => ({
    ...sampleOwner({ itemId, step }),
    callKey: `${itemId} ${step}`,
    account: step === 'generate' ? 'painter' : 'chat',
    model: 'looker',
    activityId: 'a',
    processId: 'p',
    startedAt: now,
    deadlineAt: now + 1000,
    maxPriceUsd: 1,
    budget: budget(),
    ...changes,
  });
  const refusal = async (made: Intent): Promise<BudgetRefusal | null> => {
    try {
      await calls.openIntent(made);
      return null;
    } catch (error) {
      if (!(error instanceof BudgetRefusal)) throw error;
      return error;
    }
  };
  const payFor = async (made: Intent, priceUsd: number | null) => {
    const n = await calls.openIntent(made);
    await calls.storeResponse(made.callKey, { n, status: 200, body: Buffer.from('yes') });
    await calls.settle(made.callKey, n, { ...end, priceUsd });
  };
  const pay = (itemId: string, step: Intent['step'], priceUsd: number | null) =>
    payFor(intent(itemId, step), priceUsd);
  const payItem = async (itemId: string, priceUsd: number) => {
    for (const step of ['plan', 'generate', 'answer'] as const) await pay(itemId, step, priceUsd);
  };

  test('admits an item only when all it may take fits beside what others hold', async () => {
    for (const item of ['q0', 'q1', 'q2']) await calls.openIntent(intent(item, 'plan'));

    const refused = await refusal(intent('q3', 'plan'));

    expect(refused?.mayFitLater).toBe(true);
    expect(await calls.ledger('r1')).toMatchObject({ calls: 3, openUsd: 3 });
    // Those that were admitted go on.
    for (const item of ['q0', 'q1', 'q2']) expect(await refusal(intent(item, 'answer'))).toBeNull();
  });

  test('lets the next item in when one has ended for less than it held', async () => {
    for (const item of ['q0', 'q1', 'q2']) await pay(item, 'plan', 0.01);
    expect(await refusal(intent('q3', 'plan'))).not.toBeNull();

    await pay('q0', 'answer', 0.01);

    expect(await refusal(intent('q3', 'plan'))).toBeNull();
  });

  test('gives back what a failed item held when its end is recorded', async () => {
    for (const item of ['q0', 'q1', 'q2']) await pay(item, 'plan', 0.1);
    expect(await refusal(intent('q3', 'plan'))).toMatchObject({ mayFitLater: true });

    await database.runs.recordRows('r1', 1, [sampleRow('q0', 1, 'failed')]);

    expect(await refusal(intent('q3', 'plan'))).toBeNull();
  });

  test('estimates by what finished items cost, and never passes the cap', async () => {
    for (let item = 0; item < 5; item += 1) await payItem(`q${item}`, 0.5);
    // 7.5 are spent; an item takes 1.5 and its last call 1 at most.
    expect(await refusal(intent('q5', 'plan'))).toBeNull();
    expect(await refusal(intent('q6', 'plan'))).toMatchObject({ mayFitLater: true });
    await pay('q5', 'answer', 0.5);

    // 8 are spent, 1 is in flight: even if that came to nothing, 2.5 would not fit.
    expect(await refusal(intent('q6', 'plan'))).toMatchObject({ mayFitLater: false });
    const { settledUsd, openUsd } = await calls.ledger('r1');
    expect(settledUsd + openUsd).toBeLessThanOrEqual(10);
  });

  test('admits a judgement as one call beside what items hold, and holds nothing for it', async () => {
    for (const item of ['q0', 'q1', 'q2']) await calls.openIntent(intent(item, 'plan'));
    // 9 are held or reserved of 10.
    await pay('q9', 'judge', 0.5);

    expect(await refusal(intent('q9', 'judge', { callKey: 'another' }))).toMatchObject({
      mayFitLater: true,
    });
    await pay('q0', 'answer', 0.01);
    expect(await refusal(intent('q9', 'judge', { callKey: 'another' }))).toBeNull();
  });

  test('keeps the cap of one account beside that of the run', async () => {
    const accountsUsd = { painter: 2 };
    const plan = (item: string) =>
      intent(item, 'plan', { budget: budget({ runUsd: null, accountsUsd }) });
    await calls.openIntent(plan('q0'));
    await calls.openIntent(plan('q1'));

    expect(await refusal(plan('q2'))).toMatchObject({ mayFitLater: true });
    expect(await calls.spending('r1')).toMatchObject([
      { account: null, capUsd: null, calls: 2 },
      { account: 'chat', capUsd: null, calls: 2 },
      { account: 'painter', capUsd: 2, calls: 0 },
    ]);
  });

  describe('the cap of an account', () => {
    /** Of a run that has no cap but this one, on chat. */
    const shared = (runId: string, itemId: string, step: Intent['step'], capUsd = 10) =>
      intent(itemId, step, {
        runId,
        callKey: `${runId} ${itemId} ${step}`,
        budget: budget({ runUsd: null, accountsUsd: { chat: capUsd } }),
      });
    const chatOf = async (runId: string) =>
      (await calls.spending(runId)).find(({ account }) => account === 'chat');

    test('counts what all runs have settled and may have spent there', async () => {
      await payFor(shared('r1', 'q0', 'plan'), 6.5);
      await calls.openIntent(shared('r2', 'q0', 'plan'));

      expect(await chatOf('r1')).toMatchObject({
        settledUsd: 6.5,
        openUsd: 0,
        capUsd: 10,
        counted: {
          settledUsd: 6.5,
          openUsd: 1,
        },
      });
      expect(await chatOf('r2')).toMatchObject({
        settledUsd: 0,
        openUsd: 1,
        capUsd: 10,
        counted: {
          settledUsd: 6.5,
          openUsd: 1,
        },
      });
      // 7.5 are spent and 1 is held: no further item fits.
      expect(await refusal(shared('r2', 'q1', 'plan'))).toMatchObject({
        mayFitLater: true,
        message: expect.stringContaining('account chat, which all runs share') as string,
      });
      expect(await refusal(shared('r2', 'q1', 'plan', 11))).toBeNull();
    });

    test('stops the second run when the first has spent it, and lets it go on when it is raised', async () => {
      await payFor(shared('r1', 'q0', 'plan'), 8.5);
      await payFor(shared('r1', 'q0', 'answer'), 0.5);

      expect(await refusal(shared('r2', 'q0', 'plan'))).toMatchObject({ mayFitLater: false });

      expect(await refusal(shared('r2', 'q0', 'plan', 12))).toBeNull();
      // The first run goes by the cap that it was given itself.
      expect(await refusal(shared('r1', 'q1', 'plan'))).not.toBeNull();
    });

    test('counts the spend of runs that have none, and leaves them alone', async () => {
      const free = intent('q0', 'plan', { runId: 'r1', callKey: 'free', budget: null });
      await payFor({ ...free, maxPriceUsd: 20 }, 9.5);

      expect(await refusal(shared('r2', 'q0', 'plan'))).toMatchObject({ mayFitLater: false });
      await payFor({ ...free, callKey: 'free again' }, 9.5);
    });

    test('waits for what items of another run may still need, until its drive has ended', async () => {
      for (const item of ['q0', 'q1', 'q2', 'q3', 'q4'])
        await calls.openIntent(shared('r1', item, 'plan'));
      expect(await refusal(shared('r2', 'q0', 'plan'))).toMatchObject({ mayFitLater: true });

      await database.runs.closeDrive('r1', 1, 'cancelled');

      expect(await refusal(shared('r2', 'q0', 'plan'))).toBeNull();
    });

    test('is warned of by each run that finds 80 % of it spent, once', async () => {
      await payFor(shared('r2', 'q0', 'plan'), 0.5);
      await payFor(shared('r1', 'q0', 'plan'), 7.5);
      expect(await chatOf('r1')).toMatchObject({ warnedAt: expect.any(Number) as number });
      expect(await chatOf('r2')).toMatchObject({ warnedAt: null });

      await payFor(shared('r2', 'q0', 'answer'), 0.1);

      expect(await chatOf('r2')).toMatchObject({ warnedAt: expect.any(Number) as number });
      expect((await calls.spending('r2'))[0]).toMatchObject({ account: null, warnedAt: null });
    });
  });

  test('counts a reply without figures at its maximum, as long as there is a price', async () => {
    await pay('q0', 'answer', null);

    expect(await calls.ledger('r1')).toMatchObject({ settledUsd: 0, openUsd: 1, openIntents: [] });
  });

  test('notes once that 80 % of a cap are spent, and anew when the cap is raised', async () => {
    const warned = async () => (await calls.spending('r1'))[0]?.warnedAt ?? null;
    await pay('q0', 'plan', 7.9);
    expect(await warned()).toBeNull();

    await pay('q0', 'generate', 0.1);
    const first = await warned();
    await pay('q0', 'answer', 0.1);

    expect(first).not.toBeNull();
    expect(await warned()).toBe(first);
    await calls.openIntent(intent('q1', 'plan', { budget: budget({ runUsd: 20 }) }));
    expect(await warned()).toBeNull();
  });

  test('leaves nothing held by a drive that has ended', async () => {
    for (const item of ['q0', 'q1', 'q2']) await calls.openIntent(intent(item, 'plan'));
    await database.runs.closeDrive('r1', 1, null);
    await database.runs.openDrive('r1', { kind: 'unfinished' });
    const later = now + 5000;

    const again = (item: string) =>
      intent(item, 'plan', { drive: 2, startedAt: later, deadlineAt: later + 1, callKey: item });

    // 3 of 10 stay open: two more items fit, a third does not.
    expect(await refusal(again('q0'))).toBeNull();
    expect(await refusal(again('q1'))).toBeNull();
    expect(await refusal(again('q2'))).not.toBeNull();
  });
}

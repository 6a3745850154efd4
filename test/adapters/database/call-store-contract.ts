import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../adapters/database/open-database.ts';
import type { CallStore } from '../../../domain/stores/call-store.ts';
import { sampleStep } from './sample-run.ts';

type Intent = Parameters<CallStore['openIntent']>[0];
type End = Parameters<CallStore['settle']>[2];

const key = 'k'.repeat(64);
const intent: Intent = {
  ...sampleStep(),
  callKey: key,
  account: 'simulated-00000000',
  model: 'looker',
  activityId: 'activity-1',
  processId: 'process-1',
  startedAt: 1_900_000_000_123,
  deadlineAt: 1_900_000_180_123,
  maxPriceUsd: 0.25,
};
const usable: End = {
  state: 'usable',
  settledAt: 1_900_000_001_000,
  priceUsd: 0.125,
  usage: { promptTokens: 900, completionTokens: 3, images: null },
  failureClass: null,
  action: null,
  retryAfterMs: null,
  httpStatus: 200,
};
const rejected: End = {
  ...usable,
  state: 'rejected',
  priceUsd: 0.0625,
  failureClass: 'truncated',
  action: 'retry',
};
const unbilled: End = {
  ...usable,
  state: 'unbilled',
  priceUsd: null,
  usage: null,
  failureClass: 'rate_limited',
  action: 'wait',
  retryAfterMs: 1_500,
  httpStatus: 429,
};
const timedOut: End = {
  ...unbilled,
  state: 'open',
  settledAt: null,
  failureClass: 'timeout',
  action: 'retry',
  retryAfterMs: null,
  httpStatus: null,
};

/** What the call store of every database keeps; `open` gives an empty database. */
export function describeCallStore(open: () => Promise<Database>): void {
  let calls: CallStore;
  let close: () => Promise<void>;
  beforeEach(async () => {
    const database = await open();
    calls = database.calls;
    close = () => database.close();
  });
  afterEach(() => close());

  const call = async (end: End, body = 'reply', changes: Partial<Intent> = {}) => {
    const made = { ...intent, ...changes };
    const n = await calls.openIntent(made);
    const status = end.httpStatus ?? 0;
    await calls.storeResponse(made.callKey, { n, status, body: Buffer.from(body) });
    return { n, winner: await calls.settle(made.callKey, n, end) };
  };
  const usableBody = async () => {
    const found = await calls.findUsable(key);
    return found === null ? null : Buffer.from(found.response.body).toString();
  };

  test('says how the last calls of a run to an account ended, oldest first', async () => {
    await call({ ...usable, state: 'unbilled', failureClass: 'auth' });
    await call(usable);
    await call({ ...usable, state: 'unbilled', failureClass: 'timeout' }, 'reply', {
      account: 'other',
    });
    await call({ ...usable, state: 'unbilled', failureClass: 'quota' });
    await calls.openIntent(intent);

    const { runId, account } = intent;
    expect(await calls.lastEnds(runId, account, 20)).toEqual(['auth', null, 'quota']);
    expect(await calls.lastEnds(runId, account, 2)).toEqual([null, 'quota']);
    expect(await calls.lastEnds('another', account, 20)).toEqual([]);
  });

  test('finds the response that counts, byte for byte', async () => {
    const body = new Uint8Array([0, 255, 128, 10]);
    const n = await calls.openIntent(intent);
    await calls.storeResponse(key, { n, status: 200, body });

    expect(await calls.findUsable(key)).toBeNull();
    expect(await calls.settle(key, n, usable)).toBe(0);

    expect(await calls.findUsable(key)).toEqual({
      record: { ...intent, n: 0, ...usable, isDuplicate: false },
      response: { n: 0, status: 200, body },
    });
  });

  test('finds a response whose process died before it settled the call, until somebody does', async () => {
    const body = new Uint8Array([1, 2, 3]);
    const n = await calls.openIntent(intent);
    expect(await calls.findUnsettled(key)).toEqual([]);
    await calls.storeResponse(key, { n, status: 200, body });

    expect(await calls.findUnsettled(key)).toEqual([{ n, status: 200, body }]);

    await calls.settle(key, n, usable);
    expect(await calls.findUnsettled(key)).toEqual([]);
  });

  test('gives back what came to a request that was refused', async () => {
    const n = await calls.openIntent(intent);
    expect(await calls.findResponse(key, n)).toBeNull();
    const body = new Uint8Array([1, 2, 3]);
    await calls.storeResponse(key, { n, status: 400, body });
    await calls.settle(key, n, { ...usable, state: 'unbilled', failureClass: 'bad_media' });

    expect(await calls.findResponse(key, n)).toEqual({ n, status: 400, body });
  });

  test.each([0, 8 * 1024, 8 * 1024 + 1, 2_000_000])(
    'keeps a response of %i bytes',
    async (size) => {
      await call(usable, 'x'.repeat(size));

      expect(await usableBody()).toBe('x'.repeat(size));
    },
  );

  test('numbers the requests of a key from 0', async () => {
    const numbers = await Promise.all([intent, intent, intent].map((one) => calls.openIntent(one)));

    expect(new Set(numbers)).toEqual(new Set([0, 1, 2]));
    expect(await calls.openIntent({ ...intent, callKey: 'other' })).toBe(0);
  });

  test('never returns a rejected or unbilled response', async () => {
    const first = await call(rejected, 'cut of');
    const second = await call(unbilled, 'slow down');

    expect([first.winner, second.winner]).toEqual([null, null]);
    expect(await calls.findUsable(key)).toBeNull();
  });

  test('the first of two usable responses wins, the second is paid and a duplicate', async () => {
    const slow = await calls.openIntent(intent);
    await call(usable, 'first');
    await calls.storeResponse(key, { n: slow, status: 200, body: Buffer.from('second') });

    const winner = await calls.settle(key, slow, usable);

    expect(winner).toBe(1);
    expect(await usableBody()).toBe('first');
    expect(await calls.ledger('r1')).toMatchObject({
      calls: 2,
      settledUsd: 0.25,
      duplicateUsd: 0.125,
    });
  });

  test('keeps the first bytes and the first settlement of a call', async () => {
    const { n } = await call(usable, 'first');

    await calls.storeResponse(key, { n, status: 500, body: Buffer.from('later') });
    const winner = await calls.settle(key, n, rejected);

    expect(winner).toBe(n);
    expect(await usableBody()).toBe('first');
    expect((await calls.ledger('r1')).settledUsd).toBe(0.125);
  });

  test('refuses to count a response that was never stored', async () => {
    const n = await calls.openIntent(intent);

    await expect(calls.settle(key, n, usable)).rejects.toMatchObject({ failureClass: 'storage' });
    await expect(calls.settle(key, 7, usable)).rejects.toMatchObject({ failureClass: 'storage' });
    expect(await calls.findUsable(key)).toBeNull();
  });

  test('a call without a usage figure stays open, with its reason', async () => {
    const n = await calls.openIntent(intent);

    await calls.settle(key, n, timedOut);

    const ledger = await calls.ledger('r1');
    expect(ledger).toMatchObject({ calls: 1, settledUsd: 0, openUsd: 0.25, duplicateUsd: 0 });
    expect(ledger.openIntents).toEqual([{ ...intent, n, ...timedOut, isDuplicate: false }]);
  });

  test('a rejected call is spend, an unbilled one is not', async () => {
    await call(rejected);
    await call(unbilled);
    await call(usable);
    await call(usable, 'of another run', { runId: 'r2', callKey: 'other' });

    expect(await calls.ledger('r1')).toEqual({
      calls: 3,
      settledUsd: 0.1875,
      openUsd: 0,
      duplicateUsd: 0,
      openIntents: [],
    });
    expect(await calls.ledger('none')).toMatchObject({ calls: 0, settledUsd: 0, openUsd: 0 });
  });

  test('an intent without a price counts as open all the same', async () => {
    await calls.openIntent({ ...intent, maxPriceUsd: null });

    const ledger = await calls.ledger('r1');

    expect(ledger.openUsd).toBe(0);
    expect(ledger.openIntents).toHaveLength(1);
  });

  test('lists the calls of one step in one drive, oldest first, whatever the clocks say', async () => {
    await call(unbilled);
    await call(usable, 'repair', { callKey: 'repair', startedAt: 5 });
    await call(usable, 'elsewhere', { callKey: 'a', drive: 2 });
    await call(usable, 'elsewhere', { callKey: 'b', step: 'plan' });
    await call(usable, 'elsewhere', { callKey: 'c', part: 1 });

    const made = await calls.ofStep(sampleStep());

    expect(made.map((one) => [one.callKey, one.state])).toEqual([
      [key, 'unbilled'],
      ['repair', 'usable'],
    ]);
    expect(made[0]).toEqual({ ...intent, n: 0, ...unbilled, isDuplicate: false });
  });
}

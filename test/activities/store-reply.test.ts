import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPaidCall } from '../../activities/paid-call.ts';
import { createRoomCheck } from '../../adapters/disk/require-room.ts';
import { readChatEnvelope } from '../../domain/calls/chat-envelope.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import { answers, fakePaidProvider, prices } from '../support/fakes-paid-provider.ts';
import { createFakeCallStore } from '../support/fakes-call-store.ts';
import { chatModel } from '../support/model-specs.ts';

const full = new StepError('storage', 'wait', 'storing failed: ENOSPC');
const outOfFiles = new StepError('storage', 'retry', 'storing failed: EMFILE');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A world whose disk does as it is told. */
function openWorld() {
  const fake = createFakeCallStore();
  const provider = fakePaidProvider();
  const failures: Error[] = [];
  const shutdown = new AbortController();
  let freeBytes = 1e12;
  const { storeResponse } = fake.store;
  fake.store.storeResponse = async (callKey, response) => {
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    await storeResponse(callKey, response);
  };
  const paidCall = createPaidCall({
    calls: fake.store,
    admission: async () => ({ admission: 'open', stop: null }),
    acquire: async () => ({ release: () => undefined }),
    requireRoom: createRoomCheck(['state'], { freeBytes: async () => freeBytes }),
    stopRun: async () => undefined,
    processId: 'p1',
    now: Date.now,
  });
  const call = () =>
    paidCall({
      owner: { runId: 'r', itemId: 'i', sample: 0, drive: 1, step: 'answer', part: 0 },
      model: chatModel({ timeoutMs: 1e9 }),
      callKey: 'key',
      activityId: 'a1',
      mostUsd: prices.most,
      expectedTokens: 0,
      send: provider.send,
      read: (reply) => readChatEnvelope('openai', reply),
      price: () => prices.billed,
      signals: { waiting: new AbortController().signal, inFlight: shutdown.signal },
    });
  return {
    ...fake,
    provider,
    failures,
    shutdown,
    call,
    fill: (free: number) => (freeBytes = free),
  };
}

describe('A13: a reply that cannot be stored', () => {
  it.each([
    ['a full disk', full],
    ['too many open files', outOfFiles],
  ])('is kept through %s, and paid for once', async (_, failure) => {
    const { call, failures, provider, records } = openWorld();
    provider.next(answers('B'));
    failures.push(...Array.from({ length: 40 }, () => failure));

    const ending = call();
    await vi.advanceTimersByTimeAsync(10 * 60_000);

    expect(await ending).toMatchObject({ value: { text: 'B' }, isCached: false });
    expect(provider.bill()).toBe(prices.billed);
    expect(records).toMatchObject([{ state: 'usable' }]);
    await call();
    expect(provider.bill()).toBe(prices.billed);
  });

  it('is tried until the worker ends, and the spend stays visible', async () => {
    const { call, failures, provider, records, shutdown } = openWorld();
    provider.next(answers('B'));
    failures.push(...Array.from({ length: 1000 }, () => full));

    const ending = call().catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(60_000);
    shutdown.abort(new Error('the worker ends'));

    expect(await ending).toMatchObject({ message: 'the worker ends' });
    expect(records).toMatchObject([{ state: 'open', settledAt: null }]);
  });
});

describe('A13: a disk without room for a reply', () => {
  it('has no call made, and calls go on by themselves when there is room', async () => {
    const { call, provider, records, fill } = openWorld();
    provider.next(answers('B'));
    fill(10 * 1024 * 1024);

    await expect(call()).rejects.toMatchObject({
      failureClass: 'storage',
      action: 'wait',
      retryAfterMs: 15_000,
    });
    expect(provider.arrived).toEqual([]);
    expect(records).toEqual([]);

    fill(1e12);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await call()).toMatchObject({ value: { text: 'B' } });
    expect(provider.bill()).toBe(prices.billed);
  });

  it('is looked at on every disk, and one that cannot be asked does not hold calls back', async () => {
    const freeBytes = async (folder: string) => {
      if (folder === 'gone') throw new Error('ENOENT');
      return folder === 'small' ? 1 : 1e12;
    };

    await expect(createRoomCheck(['gone', 'large'], { freeBytes })()).resolves.toBeUndefined();
    await expect(createRoomCheck(['large', 'small'], { freeBytes })()).rejects.toThrow(
      'the disk of small has less than 128 MiB left',
    );
  });

  it('asks the real file system', async () => {
    await expect(createRoomCheck([process.cwd()])()).resolves.toBeUndefined();
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createPaidCall, type PaidRequest } from '../../activities/paid-call.ts';
import type { PlaceRequest } from '../../domain/calls/call-place.ts';
import { BudgetRefusal } from '../../domain/money/budget-gate.ts';
import { type ChatReply, readChatEnvelope } from '../../domain/calls/chat-envelope.ts';
import type { WireReply } from '../../domain/calls/model-call.ts';
import { chatPrice } from '../../domain/money/pricing.ts';
import type { ChatModelSpec } from '../../domain/run-spec.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import type { CallOwner } from '../../domain/stores/call-store.ts';
import type { Admission } from '../../domain/stores/run-store.ts';
import { TransportError } from '../../domain/errors/transport-error.ts';
import { createFakeCallStore } from '../support/fakes-call-store.ts';
import { chatModel } from '../support/model-specs.ts';
import { createLoneLimiter } from '../support/memory-accounts.ts';

const owner: CallOwner = { runId: 'r', itemId: 'i', sample: 0, drive: 1, step: 'answer', part: 0 };
const price = { inputPerM: 1, outputPerM: 2 };
const mostUsd = 0.5;
const paidUsd = (100 * 1 + 20 * 2) / 1e6;

const wire = (status: number, body: unknown, headers: Record<string, string> = {}): WireReply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
});
const completion = (content: string, finishReason = 'stop') =>
  wire(200, {
    model: 'vlm-1',
    choices: [{ finish_reason: finishReason, message: { content } }],
    usage: { prompt_tokens: 100, completion_tokens: 20 },
  });

type Step = WireReply | Error | ((signal: AbortSignal) => Promise<WireReply>);

/** A world with one provider that answers as the test says, in order; the last answer repeats. */
function openWorld(script: readonly Step[] = [completion('B')], fake = createFakeCallStore()) {
  const world = {
    ...fake,
    sent: [] as string[],
    stopped: [] as (StepError | BudgetRefusal)[],
    admission: 'open' as Admission,
    stop: null as StepError | null,
    clock: 1000,
    acquire: createLoneLimiter().acquire,
  };
  const paidCall = createPaidCall({
    calls: fake.store,
    admission: () => Promise.resolve({ admission: world.admission, stop: world.stop }),
    acquire: (...place) => world.acquire(...place),
    stopRun: (_, reason) => {
      world.stopped.push(reason);
      return Promise.resolve();
    },
    processId: 'p1',
    now: () => (world.clock += 1),
  });
  const request = (
    changes: Partial<PaidRequest<ChatReply>> & { model?: ChatModelSpec } = {},
  ): PaidRequest<ChatReply> => ({
    owner,
    model: chatModel({ price }),
    callKey: 'key',
    activityId: 'a1',
    mostUsd,
    expectedTokens: 120,
    async send(signal, clientRequestId) {
      const step = script[Math.min(world.sent.length, script.length - 1)]!;
      world.sent.push(clientRequestId);
      world.log.push('send');
      if (step instanceof Error) throw step;
      return typeof step === 'function' ? step(signal) : step;
    },
    read: (reply) => readChatEnvelope('openai', reply),
    price: (usage) => chatPrice(price, usage),
    ...changes,
  });
  const call = (changes: Parameters<typeof request>[0] = {}) => paidCall(request(changes));
  /** Calls until it ends, as Temporal would for actions `retry` and `wait`. */
  const callToTheEnd = async (changes: Parameters<typeof request>[0] = {}) => {
    for (let turn = 0; turn < 1000; turn += 1) {
      const end = await call(changes).catch((error: unknown) => error);
      if (!(end instanceof StepError)) return end;
      if (end.action === 'fail' || end.action === 'stop') return end;
    }
    throw new Error('the call never ended');
  };
  return { ...world, world, call, callToTheEnd };
}

/** The one place that the model's account has. */
const onePlace: PlaceRequest = {
  account: chatModel().account,
  runId: 'r',
  ticket: 'other',
  limits: { concurrency: 1, requestsPerMinute: null, tokensPerMinute: null },
  expectedTokens: 0,
};

describe('a paid call that succeeds', () => {
  it('writes the intent before it sends, and stores the raw reply before it settles', async () => {
    const { call, log, responses } = openWorld();

    const paid = await call();

    expect(log).toEqual(['find', 'intent', 'send', 'store 200', 'settle usable']);
    expect(paid).toEqual({
      value: { text: 'B', responseModel: 'vlm-1' },
      usage: { promptTokens: 100, completionTokens: 20, images: null },
      listUsd: paidUsd,
      isCached: false,
    });
    expect(responses.get('key#0')?.body).toEqual(completion('B').body);
  });

  it('D27: reserves the most it may cost and settles what it did cost', async () => {
    const { call, records } = openWorld();

    await call();

    expect(records).toMatchObject([
      {
        state: 'usable',
        maxPriceUsd: mostUsd,
        priceUsd: paidUsd,
        usage: { promptTokens: 100 },
        activityId: 'a1',
        processId: 'p1',
        account: 'simulated-00000000',
        httpStatus: 200,
        failureClass: null,
      },
    ]);
    expect(records[0]!.deadlineAt - records[0]!.startedAt).toBe(5000);
  });

  it('names each request by its key and number', async () => {
    const { callToTheEnd, sent } = openWorld([wire(500, {}), completion('B')]);

    await callToTheEnd();

    expect(sent).toEqual(['key-0', 'key-1']);
  });

  it('D10: is not paid for twice: the stored reply is returned at cost 0', async () => {
    const { call, sent, records } = openWorld();
    await call();

    const again = await call({ owner: { ...owner, runId: 'another' } });

    expect(again).toMatchObject({ value: { text: 'B' }, isCached: true, listUsd: paidUsd });
    expect(sent).toHaveLength(1);
    expect(records).toHaveLength(1);
  });

  it('is no cached call when the same step asks again after a crash', async () => {
    const { call } = openWorld();
    await call();

    expect(await call()).toMatchObject({ isCached: false });
  });

  it('returns what is stored even when the run is stopped and its tries are used up', async () => {
    const { call, world } = openWorld();
    await call();
    world.admission = 'stopped';

    expect(await call({ model: chatModel({ maxAttempts: 0 }) })).toMatchObject({
      value: { text: 'B' },
    });
  });

  it('is made once when two items ask the same at the same time', async () => {
    const { call, sent } = openWorld();

    const [first, second] = await Promise.all([
      call(),
      call({ owner: { ...owner, itemId: 'other' }, activityId: 'a2' }),
    ]);

    expect(sent).toHaveLength(1);
    expect([first.isCached, second.isCached]).toEqual([false, true]);
  });

  it('adopts the reply of another process for the same call that won, and keeps its own spend', async () => {
    const fake = createFakeCallStore();
    const { call, records, store } = openWorld(undefined, fake);
    const otherProcess = openWorld(undefined, fake);
    const both = call({
      send: async () => {
        await otherProcess.call({ send: () => Promise.resolve(completion('A')), activityId: 'a2' });
        return completion('B');
      },
    });

    expect(await both).toMatchObject({ value: { text: 'A' }, isCached: false });
    expect(records.map(({ isDuplicate, priceUsd }) => ({ isDuplicate, priceUsd }))).toEqual([
      { isDuplicate: true, priceUsd: paidUsd },
      { isDuplicate: false, priceUsd: paidUsd },
    ]);
    expect((await store.ledger('r')).duplicateUsd).toBeCloseTo(paidUsd, 12);
  });
});

describe('what a failed call costs', () => {
  it.each([
    ['a refusal', wire(400, { error: { code: 'content_filter' } }), 'unbilled', 0],
    ['a server error', wire(500, {}), 'unbilled', 0],
    ['a rejected reply with usage', completion('half', 'length'), 'rejected', paidUsd],
    ['an error page without usage', wire(200, '<html>'), 'open', null],
    ['no connection', new TransportError('connect', null), 'unbilled', 0],
    ['an unknown host', new TransportError('dns', null), 'unbilled', 0],
    ['a timeout', new TransportError('timeout', null), 'open', null],
    ['a cut body', new TransportError('cut', null, 200), 'open', null],
    ['a cut refusal', new TransportError('cut', null, 500), 'unbilled', 0],
  ] as const)('books %s', async (_, step, state, priceUsd) => {
    const { call, records } = openWorld([step]);

    await expect(call()).rejects.toBeInstanceOf(StepError);

    expect(records).toMatchObject([{ state, priceUsd, maxPriceUsd: mostUsd }]);
  });

  it('keeps a rejected reply for audit, and asks anew instead of returning it', async () => {
    const { call, callToTheEnd, responses, sent } = openWorld([
      wire(200, '<html>'),
      completion('B'),
    ]);

    await expect(call()).rejects.toMatchObject({ failureClass: 'bad_envelope', action: 'retry' });
    expect(await callToTheEnd()).toMatchObject({ value: { text: 'B' } });

    expect(responses.size).toBe(2);
    expect(sent).toHaveLength(2);
  });

  it('keeps the words of a refusal that ends an item, and not those of a throttle', async () => {
    const refused = openWorld([wire(400, { error: { code: 'invalid' } })]);
    const throttled = openWorld([wire(429, {})]);

    await expect(refused.call()).rejects.toMatchObject({ action: 'fail' });
    await expect(throttled.call()).rejects.toMatchObject({ action: 'wait' });

    expect(refused.responses.size).toBe(1);
    expect(throttled.responses.size).toBe(0);
  });

  it('leaves the intent open when storing the reply fails', async () => {
    const { call, records, store } = openWorld();
    store.storeResponse = () => Promise.reject(new StepError('storage', 'fail', 'damaged'));

    await expect(call()).rejects.toMatchObject({ failureClass: 'storage' });

    expect(records).toMatchObject([{ state: 'open', settledAt: null }]);
  });

  it('D20: books nothing when there was no key to send with', async () => {
    const { call, records, stopped } = openWorld([new StepError('auth', 'stop', 'no key')]);

    await expect(call()).rejects.toMatchObject({ failureClass: 'auth', action: 'stop' });

    expect(records).toMatchObject([{ state: 'unbilled', priceUsd: 0, failureClass: 'auth' }]);
    expect(stopped).toHaveLength(1);
  });
});

describe('attempts and waits', () => {
  it('B15, D12: retries up to maxAttempts, then fails with the class', async () => {
    const { callToTheEnd, sent, records } = openWorld([wire(500, {})]);

    const end = await callToTheEnd({ model: chatModel({ maxAttempts: 4 }) });

    expect(end).toMatchObject({ failureClass: 'provider_error', action: 'fail', attempts: 4 });
    expect(sent).toHaveLength(4);
    expect(records.map(({ action }) => action)).toEqual(['retry', 'retry', 'retry', 'fail']);
  });

  it.each([
    ['a timeout', new TransportError('timeout', null), 'timeout'],
    ['an error page', wire(200, '<html>'), 'bad_envelope'],
    ['an odd status', wire(302, ''), 'unclassified'],
  ] as const)(
    'tries %s three times at most, whatever maxAttempts says',
    async (_, step, failureClass) => {
      const { callToTheEnd, sent } = openWorld([step]);

      expect(await callToTheEnd()).toMatchObject({ failureClass, action: 'fail' });
      expect(sent).toHaveLength(3);
    },
  );

  it.each([
    ['truncated', completion('half', 'length')],
    ['refused_output', completion('', 'content_filter')],
    ['refused_input', wire(400, { error: { code: 'content_filter' } })],
    ['context_length', wire(400, { error: { code: 'context_length_exceeded' } })],
    ['invalid_request', wire(400, {})],
  ] as const)('D12: fails %s at once', async (failureClass, step) => {
    const { callToTheEnd, sent } = openWorld([step]);

    expect(await callToTheEnd()).toMatchObject({ failureClass, action: 'fail' });
    expect(sent).toHaveLength(1);
  });

  it('waits without using attempts, at least as long as the provider asks', async () => {
    const throttle = wire(429, {}, { 'retry-after': '10' });
    const { call, callToTheEnd, sent } = openWorld([throttle, throttle, throttle, completion('B')]);

    const first = await call({ model: chatModel({ maxAttempts: 1 }) }).catch(
      (error: unknown) => error,
    );

    expect(first).toMatchObject({ failureClass: 'rate_limited', action: 'wait' });
    expect((first as StepError).retryAfterMs).toBeGreaterThanOrEqual(10_000);
    expect((first as StepError).retryAfterMs).toBeLessThanOrEqual(11_000);
    expect(await callToTheEnd({ model: chatModel({ maxAttempts: 1 }) })).toMatchObject({
      value: { text: 'B' },
    });
    expect(sent).toHaveLength(4);
  });

  it('fails when the waiting time of the drive is used up', async () => {
    const { callToTheEnd, sent } = openWorld([wire(429, {}, { 'retry-after': '10' })]);

    const end = await callToTheEnd({ model: chatModel({ maxWaitMs: 35_000 }) });

    expect(end).toMatchObject({ failureClass: 'rate_limited', action: 'fail' });
    expect(sent).toHaveLength(4);
  });

  it('starts counting anew with a new drive', async () => {
    const { callToTheEnd, sent } = openWorld([wire(500, {})]);
    const model = chatModel({ maxAttempts: 2 });

    await callToTheEnd({ model });
    await callToTheEnd({ model, owner: { ...owner, drive: 2 } });

    expect(sent).toHaveLength(4);
  });

  it('does not count requests whose process died', async () => {
    const { callToTheEnd, store, sent } = openWorld();
    for (const processId of ['dead-1', 'dead-2']) {
      await store.openIntent({
        ...owner,
        callKey: 'key',
        account: 'a',
        model: 'm',
        activityId: 'a0',
        processId,
        startedAt: 0,
        deadlineAt: 1,
        maxPriceUsd: mostUsd,
      });
    }

    expect(await callToTheEnd({ model: chatModel({ maxAttempts: 1 }) })).toMatchObject({
      value: { text: 'B' },
    });
    expect(sent).toEqual(['key-2']);
  });

  it('repeats a verdict that a dead process could not report, without another request', async () => {
    const { call, sent } = openWorld([wire(400, {}), completion('B')]);
    await expect(call()).rejects.toMatchObject({ action: 'fail' });

    await expect(call()).rejects.toMatchObject({ failureClass: 'invalid_request', action: 'fail' });

    expect(sent).toHaveLength(1);
  });
});

describe('stopping and pausing', () => {
  it.each([
    ['quota', wire(402, {}), 1],
    ['model_gone', wire(404, {}), 1],
    ['auth', wire(401, {}), 2],
  ] as const)('stops the run for %s', async (failureClass, step, requests) => {
    const { callToTheEnd, stopped, sent } = openWorld([step]);

    expect(await callToTheEnd()).toMatchObject({ failureClass, action: 'stop' });

    expect(stopped).toMatchObject([{ failureClass }]);
    expect(sent).toHaveLength(requests);
  });

  it('stops for a refused key even where one attempt is all there is', async () => {
    const { callToTheEnd } = openWorld([wire(401, {})]);

    expect(await callToTheEnd({ model: chatModel({ maxAttempts: 1 }) })).toMatchObject({
      action: 'stop',
    });
  });

  it('makes no call in a stopped run, and fails with the class that stopped it', async () => {
    const { call, world, sent, records } = openWorld();
    world.admission = 'stopped';
    world.stop = new StepError('quota', 'fail', 'no money left');

    await expect(call()).rejects.toMatchObject({ failureClass: 'quota', action: 'fail' });

    expect(sent).toEqual([]);
    expect(records).toEqual([]);
  });

  it('waits, and loses nothing, in a run that a person paused', async () => {
    const { call, world } = openWorld();
    world.admission = 'stopped';

    await expect(call()).rejects.toMatchObject({ action: 'wait' });
    world.admission = 'open';

    expect(await call()).toMatchObject({ value: { text: 'B' } });
  });

  it('lets a started item go on while the run drains', async () => {
    const { call, world } = openWorld();
    world.admission = 'draining';

    expect(await call()).toMatchObject({ value: { text: 'B' } });
  });

  it('asks again whether it may call after a wait for a free place', async () => {
    const { call, world, sent } = openWorld();
    const held = await world.acquire(onePlace, new AbortController().signal);
    world.acquire = async (...place) => {
      const got = await createLoneLimiter().acquire(...place);
      world.admission = 'stopped';
      world.stop = new StepError('quota', 'fail', 'no money left');
      return got;
    };

    await expect(call()).rejects.toMatchObject({ failureClass: 'quota' });

    expect(sent).toEqual([]);
    held.release(null);
  });

  it('never has more calls in flight than the account has places', async () => {
    let inFlight = 0;
    let most = 0;
    const { call } = openWorld();
    const slow = async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await sleep(5);
      inFlight -= 1;
      return completion('B');
    };

    const model = chatModel({ concurrency: 3 });
    await Promise.all(
      Array.from({ length: 12 }, (_, id) => call({ model, callKey: `k${id}`, send: slow })),
    );

    expect(most).toBe(3);
  });
});

describe('the end of a call in flight', () => {
  const untilAborted = (signal: AbortSignal) =>
    new Promise<WireReply>((_, reject) => {
      signal.addEventListener('abort', () =>
        reject(
          (signal.reason as Error).name === 'TimeoutError'
            ? new TransportError('timeout', signal.reason)
            : (signal.reason as Error),
        ),
      );
    });

  it('has one deadline', async () => {
    const { call, records } = openWorld([untilAborted]);

    await expect(call({ model: chatModel({ timeoutMs: 50 }) })).rejects.toMatchObject({
      failureClass: 'timeout',
      action: 'retry',
    });

    expect(records).toMatchObject([{ state: 'open', failureClass: 'timeout' }]);
  });

  it('lets a call finish and keeps its answer when the item is cancelled', async () => {
    const cancelled = new AbortController();
    const { call, records } = openWorld([
      async () => {
        cancelled.abort(new Error('cancelled'));
        await sleep(5);
        return completion('B');
      },
    ]);
    const signals = { waiting: cancelled.signal, inFlight: new AbortController().signal };

    expect(await call({ signals })).toMatchObject({ value: { text: 'B' } });

    expect(records).toMatchObject([{ state: 'usable' }]);
  });

  it('sends nothing for an item that is cancelled while it waits', async () => {
    const cancelled = new AbortController();
    const { call, world, records } = openWorld();
    const held = await world.acquire(onePlace, new AbortController().signal);
    const signals = { waiting: cancelled.signal, inFlight: new AbortController().signal };

    const waiting = call({ signals, model: chatModel({ concurrency: 1 }) });
    setTimeout(() => cancelled.abort(new Error('cancelled')), 5);

    await expect(waiting).rejects.toThrow('cancelled');
    expect(records).toEqual([]);
    held.release(null);
  });

  it('ends by force without a verdict: the intent stays open, and the reason is thrown', async () => {
    const shutdown = new AbortController();
    const { call, records } = openWorld([untilAborted]);
    const signals = { waiting: new AbortController().signal, inFlight: shutdown.signal };

    const ending = call({ signals });
    setTimeout(() => shutdown.abort(new Error('the worker ends')), 5);

    await expect(ending).rejects.toThrow('the worker ends');
    expect(records).toMatchObject([{ state: 'open', action: null, settledAt: null }]);
  });
});

describe('a paid call that the budget has no room for', () => {
  const refusing = (mayFitLater: boolean) => {
    const fake = createFakeCallStore();
    const openIntent = () => Promise.reject(new BudgetRefusal(null, mayFitLater));
    return openWorld([], { ...fake, store: { ...fake.store, openIntent } });
  };

  it('sends nothing and stops the run', async () => {
    const { call, sent, stopped } = refusing(false);

    await expect(call()).rejects.toBeInstanceOf(BudgetRefusal);

    expect(sent).toEqual([]);
    expect(stopped).toHaveLength(1);
  });

  it('waits while calls in flight may give back what they reserved', async () => {
    const { call, sent, stopped } = refusing(true);

    await expect(call()).rejects.toMatchObject({ action: 'wait' });

    expect(sent).toEqual([]);
    expect(stopped).toEqual([]);
  });
});

describe('D13: what a failed call says', () => {
  it('is short and holds neither key nor question nor the words of the provider', async () => {
    const canary = 'canary sk-123 What does the man hold?';
    const error = { code: 'invalid_value', message: canary, param: canary, type: canary };
    const { call } = openWorld([wire(400, { error })]);

    const failure = (await call().catch((thrown: unknown) => thrown)) as StepError;

    expect(failure.message).toBe('vlm: openai replied with status 400 (invalid_value)');
    expect(failure.cause).toBeUndefined();
  });
});

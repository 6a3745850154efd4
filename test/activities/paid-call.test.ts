import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPaidCall, type PaidCallDependencies } from '../../activities/paid-call.ts';
import { createAccountLimiter } from '../../adapters/models/account-limiter.ts';
import { readChatEnvelope } from '../../domain/chat-envelope.ts';
import { chatPrice } from '../../domain/pricing.ts';
import { StepError } from '../../domain/step-error.ts';
import type { CallOwner } from '../../domain/stores/call-store.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { sampleSpec, sampleStep } from '../adapters/database/sample-run.ts';
import { openTestStores } from '../support/fakes-activity.ts';
import {
  answers,
  type Behaviour,
  billed,
  breaks,
  fakePaidProvider,
  prices,
  processDies,
  refuses,
  usageFigures,
  wireReply,
} from '../support/fakes-paid-provider.ts';

const model = {
  ...sampleSpec('r1').models.answer,
  maxAttempts: 4,
  maxWaitMs: 100_000,
  price: { inputPerM: 1, outputPerM: 2 },
};
const key = 'k'.repeat(64);

let stores: Stores;
let provider: ReturnType<typeof fakePaidProvider>;
let admission: Awaited<ReturnType<PaidCallDependencies['admission']>>;
let stops: StepError[];

beforeEach(async () => {
  stores = await openTestStores();
  provider = fakePaidProvider();
  admission = { admission: 'open', stop: null };
  stops = [];
});
afterEach(() => stores.close());

type Changes = {
  owner?: Partial<CallOwner>;
  model?: Partial<typeof model>;
  read?: (reply: Parameters<typeof readChatEnvelope>[1]) => ReturnType<typeof readChatEnvelope>;
  dependencies?: Partial<PaidCallDependencies>;
};

/** One try, as one activity attempt makes it, in a process of its own. */
function call(changes: Changes = {}) {
  const spec = { ...model, ...changes.model };
  const paidCall = createPaidCall({
    calls: stores.calls,
    admission: async () => admission,
    acquire: createAccountLimiter(),
    stopRun: async (_, failure) => void stops.push(failure),
    processId: 'process-1',
    now: Date.now,
    ...changes.dependencies,
  });
  return paidCall({
    owner: sampleStep(changes.owner),
    model: spec,
    callKey: key,
    activityId: 'activity-1',
    mostUsd: prices.most,
    send: provider.send,
    read: changes.read ?? ((reply) => readChatEnvelope('simulated', reply)),
    price: (usage) => chatPrice(spec.price, usage),
  });
}

async function failureOf(changes: Changes = {}): Promise<StepError> {
  const error = await call(changes).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof StepError) return error;
  throw new Error('the call did not fail with a step error', { cause: error });
}

const records = () => stores.calls.ofStep(sampleStep());

describe('a call that succeeds', () => {
  it('writes the intent, with its reservation, before the request leaves', async () => {
    const seen: unknown[] = [];
    provider.next({
      isBilled: true,
      reply: async () => {
        seen.push(...(await records()));
        return answers('B').reply();
      },
    });

    await call();

    expect(seen).toMatchObject([
      { state: 'open', maxPriceUsd: prices.most, activityId: 'activity-1', settledAt: null },
    ]);
  });

  it('settles usage and price', async () => {
    provider.next(answers('B'));

    expect(await call()).toMatchObject({
      value: { text: 'B', responseModel: 'looker' },
      listUsd: prices.billed,
      isCached: false,
    });

    expect(await records()).toMatchObject([
      {
        state: 'usable',
        priceUsd: prices.billed,
        httpStatus: 200,
        usage: { promptTokens: 2000, completionTokens: 1000 },
      },
    ]);
  });

  it('is not made again: the stored response comes back at cost 0', async () => {
    provider.next(answers('B'));
    await call();

    const again = await call({ owner: { itemId: 'q1' } });

    expect(again).toMatchObject({ value: { text: 'B' }, listUsd: prices.billed, isCached: true });
    expect(provider.arrived).toHaveLength(1);
    expect(await stores.calls.ofStep(sampleStep({ itemId: 'q1' }))).toEqual([]);
  });

  it('is no cached call for a later attempt of the step that paid for it', async () => {
    provider.next(answers('B'));
    await call();

    expect(await call()).toMatchObject({ isCached: false });
    expect(await call({ owner: { drive: 2 } })).toMatchObject({ isCached: true });
  });

  it('stores the raw response before anybody reads it', async () => {
    provider.next(answers('B'));
    const read = () => {
      throw new Error('a parser that breaks');
    };

    await expect(call({ read })).rejects.toThrow('a parser that breaks');
    await stores.calls.settle(key, 0, settledAs('usable'));

    const found = await stores.calls.findUsable(key);
    expect(new TextDecoder().decode(found?.response.body)).toContain('"content":"B"');
  });

  it('names each request to the provider by its key and number', async () => {
    provider.next(refuses(503), answers('B'));

    await failureOf();
    await call();

    expect(provider.arrived).toEqual([`${key.slice(0, 32)}-0`, `${key.slice(0, 32)}-1`]);
  });

  it('fails as storage when a stored response can no longer be read, without paying again', async () => {
    provider.next(answers('B'));
    await call();

    const error = await failureOf({
      read: (reply) => readChatEnvelope('simulated', { ...reply, status: 500 }),
    });

    expect(error).toMatchObject({ failureClass: 'storage', action: 'fail' });
    expect(provider.arrived).toHaveLength(1);
  });
});

describe('two usable responses for one key', () => {
  it('lets the first win: the loser adopts it and books its spend as duplicate', async () => {
    let arrivals = 0;
    let bothAreHere = () => {};
    const both = new Promise<void>((resolve) => (bothAreHere = resolve));
    const inTurn = (text: string): Behaviour => ({
      isBilled: true,
      reply: async () => {
        if ((arrivals += 1) === 2) bothAreHere();
        await both;
        return answers(text).reply();
      },
    });
    provider.next(inTurn('B'), inTurn('C'));

    const [one, other] = await Promise.all([call(), call({ owner: { itemId: 'q1' } })]);

    expect(one.value).toEqual(other.value);
    expect(provider.bill()).toBeCloseTo(2 * prices.billed);
    const ledger = await stores.calls.ledger('r1');
    expect(ledger.settledUsd).toBeCloseTo(provider.bill());
    expect(ledger.duplicateUsd).toBeCloseTo(prices.billed);
    expect(await call()).toMatchObject({ value: one.value });
  });
});

describe('B15, D12: attempts', () => {
  it('are counted from the call records, so that they hold across processes', async () => {
    const actions: string[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      provider.next(refuses(503));
      const error = await failureOf({ dependencies: { processId: `process-${attempt}` } });
      actions.push(`${error.action} ${error.attempts}`);
    }

    expect(actions).toEqual(['retry 1', 'retry 2', 'retry 3', 'fail 4', 'fail 4']);
    expect(provider.arrived).toHaveLength(4);
  });

  it('begin anew with the next drive', async () => {
    for (let attempt = 0; attempt < 4; attempt += 1) {
      provider.next(refuses(503));
      await failureOf();
    }
    provider.next(answers('B'));

    expect(await call({ owner: { drive: 2 } })).toMatchObject({ value: { text: 'B' } });
  });

  it('are not spent on an error that a retry cannot mend', async () => {
    provider.next(refuses(400, 'context_length_exceeded'));

    expect(await failureOf()).toMatchObject({ failureClass: 'context_length', action: 'fail' });
  });

  it('are fewer for a class that seldom mends', async () => {
    provider.next(breaks('timeout'), breaks('timeout'), breaks('timeout'));

    const actions = [await failureOf(), await failureOf(), await failureOf()];

    expect(actions.map(({ action }) => action)).toEqual(['retry', 'retry', 'fail']);
  });

  it('give the failure of the last one, without the words of the reply', async () => {
    provider.next({
      isBilled: false,
      reply: async () =>
        wireReply(500, { error: { message: 'What does the man hold? sk-secret' } }),
    });

    const error = await failureOf();

    expect(error.message).toBe('simulated replied with status 500');
  });
});

describe('D12: waiting', () => {
  const busy = (seconds: number) => refuses(429, null, { 'retry-after': String(seconds) });

  it('uses up no attempts, and asks for the time that the provider names', async () => {
    for (let turn = 0; turn < 9; turn += 1) {
      provider.next(busy(10));
      expect(await failureOf()).toMatchObject({ action: 'wait', retryAfterMs: 10_000 });
    }
    provider.next(answers('B'));

    expect(await call()).toMatchObject({ value: { text: 'B' } });
  });

  it('ends the step when the next wait is longer than what is left of maxWaitS', async () => {
    provider.next(busy(60), busy(60));

    const first = await failureOf();
    const second = await failureOf();

    expect(first.action).toBe('wait');
    expect(second).toMatchObject({ failureClass: 'rate_limited', action: 'fail', attempts: 2 });
    expect(second.message).toContain('100 s');
  });

  it('ends the step before another call when a lower limit is used up already', async () => {
    provider.next(busy(60));
    await failureOf();

    const error = await failureOf({ model: { maxWaitMs: 1000 } });

    expect(error).toMatchObject({ failureClass: 'rate_limited', action: 'fail' });
    expect(provider.arrived).toHaveLength(1);
  });
});

describe('stopping', () => {
  it('closes the run for an empty account, and fails the step', async () => {
    provider.next(refuses(429, 'insufficient_quota'));

    expect(await failureOf()).toMatchObject({ failureClass: 'quota', action: 'stop' });
    expect(stops).toMatchObject([{ failureClass: 'quota' }]);
  });

  it('closes the run for a key that is refused twice, because keys rotate', async () => {
    provider.next(refuses(401), refuses(401));

    expect((await failureOf()).action).toBe('retry');
    expect(stops).toEqual([]);
    expect((await failureOf()).action).toBe('stop');
    expect(stops).toHaveLength(1);
  });

  it('refuses a call of a stopped run before any intent, with what stopped it', async () => {
    const stop = new StepError('quota', 'fail', 'no money left');
    admission = { admission: 'stopped', stop };

    expect(await failureOf()).toBe(stop);
    expect(await records()).toEqual([]);
  });

  it('lets a call wait, not fail, while its run only stands still', async () => {
    admission = { admission: 'stopped', stop: null };

    expect(await failureOf()).toMatchObject({ action: 'wait', retryAfterMs: 5000 });
    expect(await records()).toEqual([]);
  });

  it('still gives a stopped run what is paid for, and lets a draining one go on', async () => {
    provider.next(answers('B'));
    admission = { admission: 'draining', stop: null };
    await call();
    admission = { admission: 'stopped', stop: new StepError('quota', 'fail', 'no money left') };

    expect(await call()).toMatchObject({ value: { text: 'B' } });
  });

  it('refuses a call that waited for its place while the run stopped', async () => {
    const acquire = async () => {
      admission = { admission: 'stopped', stop: new StepError('auth', 'fail', 'no key') };
      return () => {};
    };

    expect(await failureOf({ dependencies: { acquire } })).toMatchObject({ failureClass: 'auth' });
    expect(await records()).toEqual([]);
  });

  it('gives the place back, however the call ends', async () => {
    const acquire = createAccountLimiter();
    provider.next(refuses(503), breaks('cut'), processDies(), answers('B'));

    for (let turn = 0; turn < 3; turn += 1) {
      await call({ dependencies: { acquire }, model: { concurrency: 1 } }).catch(() => {});
    }

    expect(await call({ dependencies: { acquire }, model: { concurrency: 1 } })).toMatchObject({
      value: { text: 'B' },
    });
  });
});

/** How each way to end is booked; the bill is the provider's own. */
const endings: readonly (readonly [string, Behaviour, string, boolean])[] = [
  ['a usable reply', answers('B'), 'usable', true],
  ['a rejected reply with usage', billed({ choices: [], usage: usageFigures }), 'rejected', true],
  [
    'a reply cut off by its length',
    billed({
      choices: [{ finish_reason: 'length', message: { content: 'B' } }],
      usage: usageFigures,
    }),
    'rejected',
    true,
  ],
  ['a rejected reply without usage', billed('<html></html>'), 'open', false],
  ['a deadline that passed', breaks('timeout'), 'open', false],
  ['a body that broke off', breaks('cut'), 'open', false],
  ['a process that died', processDies(), 'open', false],
  ['a host that nobody reached', breaks('connect'), 'unbilled', true],
  ['a name that does not exist', breaks('dns'), 'unbilled', true],
  ['a certificate that is refused', breaks('tls'), 'unbilled', true],
  ['a refusal', refuses(400), 'unbilled', true],
  ['a throttle', refuses(429), 'unbilled', true],
  ['a breakdown', refuses(502), 'unbilled', true],
  ['a redirect', refuses(307), 'unbilled', true],
];

describe('money', () => {
  it.each(endings)(
    'settled <= bill <= settled + open after %s',
    async (_, behaviour, state, isExact) => {
      provider.next(behaviour);
      await call().catch(() => {});

      expect(await records()).toMatchObject([{ state }]);
      const { settledUsd, openUsd } = await stores.calls.ledger('r1');
      expect(settledUsd).toBeLessThanOrEqual(provider.bill() + 1e-12);
      expect(provider.bill()).toBeLessThanOrEqual(settledUsd + openUsd + 1e-12);
      if (isExact) expect(settledUsd).toBeCloseTo(provider.bill());
    },
  );

  it('holds over every ending, one after the other', async () => {
    for (const [index, [, behaviour]] of endings.entries()) {
      provider.next(behaviour);
      await call({ owner: { itemId: `q${index}` }, model: { maxAttempts: 99 } }).catch(() => {});
    }

    const { settledUsd, openUsd } = await stores.calls.ledger('r1');
    expect(settledUsd).toBeLessThanOrEqual(provider.bill());
    expect(provider.bill()).toBeLessThanOrEqual(settledUsd + openUsd);
  });

  it('books nothing for a request that this side never sent', async () => {
    const missing = new StepError('auth', 'stop', 'VIDEOQA_API_KEY is not set');
    provider.next({ isBilled: false, reply: () => Promise.reject(missing) });

    expect(await failureOf()).toBe(missing);
    expect(await records()).toMatchObject([{ state: 'unbilled', failureClass: 'auth' }]);
    expect(stops).toEqual([missing]);
  });
});

function settledAs(state: 'usable') {
  return {
    state,
    settledAt: 1,
    usage: null,
    priceUsd: null,
    failureClass: null,
    action: null,
    retryAfterMs: null,
    httpStatus: 200,
  };
}

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPaidCall } from '../../activities/paid-call.ts';
import { readChatEnvelope } from '../../domain/calls/chat-envelope.ts';
import { chatPrice } from '../../domain/money/pricing.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import type { CallOwner } from '../../domain/stores/call-store.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { sampleOwner, sampleSpec, sampleStep } from '../adapters/database/sample-run.ts';
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
} from '../support/fakes-paid-provider.ts';
import { createLoneLimiter } from '../support/memory-accounts.ts';

const model = {
  ...sampleSpec('r1').models.answer,
  price: { inputPerM: 1, outputPerM: 2 },
};
const key = 'k'.repeat(64);

let stores: Stores;
let provider: ReturnType<typeof fakePaidProvider>;

beforeEach(async () => {
  stores = await openTestStores();
  provider = fakePaidProvider();
});
afterEach(() => stores.close());

type Changes = { owner?: Partial<CallOwner>; maxAttempts?: number; processId?: string };

/** One try, as one activity attempt makes it, in a process of its own. */
function call({ owner, maxAttempts = 4, processId = 'process-1' }: Changes = {}) {
  const paidCall = createPaidCall({
    calls: stores.calls,
    admission: async () => ({ admission: 'open', stop: null }),
    acquire: createLoneLimiter().acquire,
    stopRun: async () => {},
    processId,
    now: Date.now,
  });
  return paidCall({
    owner: sampleOwner(owner),
    model: { ...model, maxAttempts },
    callKey: key,
    activityId: 'activity-1',
    mostUsd: prices.most,
    expectedTokens: 0,
    send: provider.send,
    read: (reply) => readChatEnvelope('simulated', reply),
    price: (usage) => chatPrice(model.price, usage),
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

describe('on the real database: two usable responses for one key', () => {
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

describe('on the real database: a process that dies between storing a reply and settling it', () => {
  const storeAndDie = async (body: object) => {
    const owner = sampleStep();
    const { activityId, processId } = { activityId: 'activity-1', processId: 'process-0' };
    const about = { account: model.account, model: model.model, activityId, processId };
    const times = { startedAt: 1, deadlineAt: 2, maxPriceUsd: prices.most };
    const n = await stores.calls.openIntent({ ...owner, callKey: key, ...about, ...times });
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    await stores.calls.storeResponse(key, { n, status: 200, body: bytes });
  };
  const reply = (finish_reason: string) => ({
    model: 'm',
    choices: [{ finish_reason, message: { role: 'assistant', content: 'B' } }],
    usage: usageFigures,
  });

  it('D10: the reply is the answer: nothing is paid again, and its spend is settled', async () => {
    await storeAndDie(reply('stop'));

    expect(await call()).toMatchObject({ value: { text: 'B' } });
    expect(provider.arrived).toHaveLength(0);
    const ledger = await stores.calls.ledger('r1');
    expect(ledger.settledUsd).toBeCloseTo(prices.billed);
    expect(ledger.openIntents).toEqual([]);
  });

  it('a reply that is not usable is settled as spend, and the call is made', async () => {
    await storeAndDie(reply('length'));
    provider.next(answers('C'));

    expect(await call({ owner: { itemId: 'q1' } })).toMatchObject({ value: { text: 'C' } });
    const ledger = await stores.calls.ledger('r1');
    expect(ledger.settledUsd).toBeCloseTo(2 * prices.billed);
  });
});

describe('on the real database: attempts', () => {
  it('B15, D12: are counted from the database, so that they hold across processes', async () => {
    const actions: string[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      provider.next(refuses(503));
      const error = await failureOf({ processId: `process-${attempt}` });
      actions.push(`${error.action} ${error.attempts}`);
    }

    expect(actions).toEqual(['retry 1', 'retry 2', 'retry 3', 'fail 4', 'fail 4']);
    expect(provider.arrived).toHaveLength(4);
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

describe('on the real database: money', () => {
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
      await call({ owner: { itemId: `q${index}` }, maxAttempts: 99 }).catch(() => {});
    }

    const { settledUsd, openUsd } = await stores.calls.ledger('r1');
    expect(settledUsd).toBeLessThanOrEqual(provider.bill());
    expect(provider.bill()).toBeLessThanOrEqual(settledUsd + openUsd);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccountGuard } from '../../activities/account-guard.ts';
import { createPaidCall } from '../../activities/paid-call.ts';
import { readChatEnvelope } from '../../domain/calls/chat-envelope.ts';
import type { Provider } from '../../domain/run-spec.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { sampleSpec, sampleStep } from '../adapters/database/sample-run.ts';
import { openTestStores } from '../support/fakes-activity.ts';
import {
  answers,
  billed,
  breaks,
  fakePaidProvider,
  refuses,
} from '../support/fakes-paid-provider.ts';

let stores: Stores;
let provider: ReturnType<typeof fakePaidProvider>;
let now = 0;
let placesHeld = 0;
let notes: string[];
let stopped: string[];
let noPlace: StepError | null;

beforeEach(async () => {
  stores = await openTestStores();
  provider = fakePaidProvider();
  now = 1_000_000;
  placesHeld = 0;
  notes = [];
  stopped = [];
  noPlace = null;
});
afterEach(() => stores.close());

/** One process that makes calls; several share the database. */
function openProcess(processId = 'process-1', speaks: Provider = 'openai') {
  const model = { ...sampleSpec('r1').models.answer, provider: speaks, maxAttempts: 4 };
  const paidCall = createPaidCall({
    calls: stores.calls,
    admission: async () => ({ admission: 'open', stop: null }),
    acquire: async () => {
      if (noPlace !== null) throw noPlace;
      placesHeld += 1;
      return { release: () => void (placesHeld -= 1) };
    },
    guard: createAccountGuard({
      pauses: stores.pauses,
      calls: stores.calls,
      now: () => now,
      onNote: (note) => void notes.push(note),
    }),
    stopRun: async (_, failure) => void stopped.push(failure.message),
    processId,
    now: () => now,
  });
  /** One try of one item's call; its error where it failed. */
  return async (itemId: string): Promise<StepError | 'answered'> => {
    const end = await paidCall({
      owner: sampleStep({ itemId }),
      model,
      callKey: `key of ${itemId}`,
      activityId: 'activity-1',
      mostUsd: null,
      expectedTokens: 0,
      send: provider.send,
      read: (reply) => readChatEnvelope(speaks, reply),
      price: () => null,
    }).catch((error: unknown) => error);
    if (end instanceof StepError) return end;
    if (end instanceof Error) throw end;
    return 'answered';
  };
}

const behave = (count: number, behaviour: ReturnType<typeof refuses>) =>
  provider.next(...Array.from({ length: count }, () => behaviour));

async function pauseByOutage(call: ReturnType<typeof openProcess>): Promise<void> {
  behave(20, refuses(503));
  for (let item = 0; item < 20; item += 1) await call(`i${item}`);
}

describe('a provider that is out of order', () => {
  it('is left alone by every process: no call, no slot, and a note to the person', async () => {
    const call = openProcess();
    await pauseByOutage(call);
    const made = provider.arrived.length;

    const ends = [await call('i50'), await openProcess('process-2')('i51')];

    expect(made).toBe(20);
    expect(provider.arrived).toHaveLength(20);
    for (const end of ends) {
      expect(end).toMatchObject({ action: 'wait', retryAfterMs: 30_000 });
      expect((end as StepError).message).toContain('is paused: 20 of its last 20 calls failed');
    }
    expect(placesHeld).toBe(0);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('paused: 20 of its last 20 calls failed');
    expect(notes[0]).toContain('next probe in 30 s');
  });

  it('is probed by one call at a time, less and less often, and opens with a reply', async () => {
    const call = openProcess();
    await pauseByOutage(call);
    now += 30_000;
    const others: (StepError | 'answered')[] = [];
    const other = openProcess('process-2');
    provider.next({
      isBilled: false,
      reply: async () => {
        others.push(await other('i60'), await other('i61'));
        return refuses(503).reply();
      },
    });

    expect(await call('i50')).toMatchObject({ action: 'wait' });
    expect(await call('i50')).toMatchObject({ action: 'wait', retryAfterMs: 60_000 });
    expect(others).toMatchObject([{ action: 'wait' }, { action: 'wait' }]);
    expect(provider.arrived).toHaveLength(21);

    now += 60_000;
    provider.next(answers('B'), answers('C'));
    expect(await call('i50')).toBe('answered');
    now += 1000;
    expect(await other('i60')).toBe('answered');
    expect(notes.at(-1)).toContain('answers again');
    expect(await stores.pauses.list()).toEqual([]);
  });

  it('opens for a refusal of the request, too: somebody is there', async () => {
    const call = openProcess();
    await pauseByOutage(call);
    now += 30_000;
    provider.next(refuses(413), answers('B'));

    expect(await call('i50')).toMatchObject({ action: 'fail' });
    expect(await call('i51')).toBe('answered');
  });

  it.each([
    { name: 'no reply in time', end: breaks('timeout') },
    ...[408, 409, 425].map((status) => ({ name: `status ${status}`, end: refuses(status) })),
  ])(
    'stays paused after a probe that ended with $name: nobody has shown to be back',
    async ({ end }) => {
      const call = openProcess();
      await pauseByOutage(call);
      now += 30_000;
      provider.next(end);

      await call('i50');

      expect(await call('i51')).toMatchObject({ action: 'wait', retryAfterMs: 60_000 });
      expect(provider.arrived).toHaveLength(21);
      now += 60_000;
      provider.next(answers('B'));
      expect(await call('i51')).toBe('answered');
    },
  );

  it('costs the calls that met its end no attempt', async () => {
    const call = openProcess();
    behave(19, refuses(503));
    for (let item = 0; item < 19; item += 1) await call(`i${item}`);
    provider.next(refuses(503));

    expect(await call('i19')).toMatchObject({ action: 'wait' });
  });

  it('may be probed by another when a prober finds no place for its call', async () => {
    const call = openProcess();
    await pauseByOutage(call);
    now += 30_000;
    noPlace = new StepError('rate_limited', 'wait', 'Waits for its turn');

    expect(await call('i50')).toBe(noPlace);
    noPlace = null;

    expect(await openProcess('process-2')('i51')).toBe('answered');
  });

  it('is probed soon after a clock was set back', async () => {
    const call = openProcess();
    await pauseByOutage(call);
    now -= 24 * 3_600_000;

    expect(await call('i50')).toBe('answered');
    expect(await stores.pauses.list()).toEqual([]);
  });

  it('may be probed again when a prober dies', async () => {
    const call = openProcess();
    await pauseByOutage(call);
    now += 30_000;
    provider.next({ isBilled: false, reply: () => Promise.reject(new Error('killed')) });
    await expect(call('i50')).rejects.toThrow('killed');

    now += 3_600_000;
    provider.next(answers('B'));
    expect(await openProcess('process-2')('i51')).toBe('answered');
  });
});

describe('what pauses at once', () => {
  it('an unknown host, once calls had come through', async () => {
    const call = openProcess();
    provider.next(answers('B'), breaks('dns'));
    await call('i1');

    expect(await call('i2')).toMatchObject({ failureClass: 'connection', action: 'wait' });
    expect(await call('i3')).toMatchObject({ action: 'wait' });
    expect(provider.arrived).toHaveLength(2);
  });

  it('a closed endpoint, which stops the run when it is still closed later', async () => {
    const call = openProcess('process-1', 'ark');
    behave(20, refuses(400, 'InvalidEndpoint.ClosedEndpoint'));

    expect(await call('i1')).toMatchObject({ failureClass: 'model_gone', action: 'wait' });
    now += 14 * 60_000;
    expect(await call('i2')).toMatchObject({ action: 'wait' });
    expect(stopped).toEqual([]);
    now += 6 * 60_000;
    expect(await call('i2')).toMatchObject({ failureClass: 'model_gone', action: 'stop' });
    expect(stopped).toHaveLength(1);
  });

  it('three items in a row without an envelope', async () => {
    const call = openProcess();
    provider.next(billed({ choices: [] }), billed({ choices: [] }), billed({ choices: [] }));

    for (const item of ['i1', 'i2', 'i3']) await call(item);

    expect(await stores.pauses.list()).toMatchObject([
      { reason: '3 items in a row got no usable reply' },
    ]);
  });

  it('a throttle of DashScope that has not changed for 15 minutes', async () => {
    const call = openProcess('process-1', 'dashscope');
    behave(20, refuses(429, 'Throttling.AllocationQuota'));

    for (let minute = 0; minute < 15; minute += 1) {
      await call(`i${minute}`);
      now += 60_000;
    }
    expect(await stores.pauses.list()).toEqual([]);
    await call('i15');

    expect(notes[0]).toContain('throttled for 15 min');
    expect(notes[0]).toContain('ask for higher ones');
  });
});

describe('a key that is refused', () => {
  it('costs the calls in flight and one more, however many calls wait', async () => {
    const call = openProcess();
    behave(50, refuses(401));
    const inFlight = await Promise.all(['i1', 'i2', 'i3', 'i4'].map(call));
    const made = provider.arrived.length;

    const next = await Promise.all(['i5', 'i6', 'i7', 'i8'].map(call));

    expect(inFlight.map((end) => (end as StepError).action)).toEqual(times(4, 'retry'));
    expect(made).toBe(4);
    expect(next.map((end) => (end as StepError).action)).toEqual(['stop', ...times(3, 'wait')]);
    expect(provider.arrived).toHaveLength(5);
    expect(stopped).toHaveLength(1);
  });

  it('is not tried again right after it was confirmed, while the run is being stopped', async () => {
    const call = openProcess();
    provider.next(refuses(401), refuses(401), answers('B'));
    await call('i1');
    await call('i2');

    expect(await call('i3')).toMatchObject({ failureClass: 'auth', action: 'wait' });
    expect(provider.arrived).toHaveLength(2);
    now += 1000;
    expect(await call('i3')).toBe('answered');
  });

  it('is trusted again when one call came through, as after a rotation', async () => {
    const call = openProcess();
    provider.next(refuses(401), ...['B', 'C', 'D'].map((text) => answers(text)));
    await call('i1');

    const ends = [await call('i2'), await call('i1'), await call('i3')];

    expect(ends).toEqual(times(3, 'answered'));
    expect(stopped).toEqual([]);
  });

  it('is confirmed by another call when the first never came to it', async () => {
    const call = openProcess();
    provider.next(refuses(401));
    await call('i1');
    provider.next({ isBilled: false, reply: () => Promise.reject(new Error('cancelled')) });
    await expect(call('i2')).rejects.toThrow('cancelled');

    expect(await call('i3')).toMatchObject({ failureClass: 'auth', action: 'wait' });
    now += 15_000;
    provider.next(answers('B'));
    expect(await call('i3')).toBe('answered');
  });
});

function times<Value>(count: number, value: Value): Value[] {
  return Array.from({ length: count }, () => value);
}

describe('what is the whole run’s', () => {
  it('a first call to an unknown host stops the run, and pauses nothing', async () => {
    provider.next(breaks('dns'));

    expect(await openProcess()('i1')).toMatchObject({ action: 'stop' });
    expect(stopped).toHaveLength(1);
    expect(await stores.pauses.list()).toEqual([]);
  });

  it('403 stops after one more try where nothing else came back', async () => {
    const call = openProcess();
    behave(2, refuses(403));

    expect(await call('i1')).toMatchObject({ action: 'retry' });
    expect(await call('i1')).toMatchObject({ failureClass: 'auth', action: 'stop' });
  });

  it('403 fails the item where others are answered, also after a restart', async () => {
    provider.next(answers('B'));
    await openProcess()('i1');
    behave(2, refuses(403));
    const restarted = openProcess('process-2');

    await restarted('i2');
    expect(await restarted('i2')).toMatchObject({ failureClass: 'auth', action: 'fail' });
    expect(stopped).toEqual([]);
  });

  it('400 stops at the fifth call when all met it, and fails items later on', async () => {
    const call = openProcess();
    behave(5, refuses(400));
    const actions: (StepError | 'answered')[] = [];
    for (let item = 0; item < 5; item += 1) actions.push(await call(`i${item}`));

    expect(actions).toMatchObject(
      ['fail', 'fail', 'fail', 'fail', 'stop'].map((action) => ({ action })),
    );
    provider.next(answers('B'), refuses(400));
    await call('i8');
    expect(await call('i9')).toMatchObject({ action: 'fail' });
  });
});

import { describe, expect, it } from 'vitest';
import type { AccountLimits } from '../../../domain/calls/call-place.ts';
import {
  type AccountState,
  type LeaseDemand,
  leaseMs,
  shareOut,
  strictest,
  unusedAccount,
} from '../../../domain/limits/account-lease.ts';
import { createRandom } from '../../../simulator/world/random.ts';

const noEnds = { succeeded: 0, throttled: 0, retryAfterMs: null, slowsGrowth: false } as const;
const limits = (changes: Partial<AccountLimits> = {}): AccountLimits => ({
  concurrency: 8,
  requestsPerMinute: null,
  tokensPerMinute: null,
  ...changes,
});
const demand = (processId: string, changes: Partial<LeaseDemand> = {}): LeaseDemand => ({
  processId,
  limits: limits(),
  inFlight: 0,
  waiting: 20,
  waitingTokens: 0,
  requestsBack: 0,
  tokensBack: 0,
  ends: noEnds,
  now: 0,
  ...changes,
});

/** An account that several processes lease one after the other. */
function openAccount(first: AccountLimits = limits()) {
  let state: AccountState = unusedAccount(first, 0);
  return {
    lease(asked: LeaseDemand) {
      const shared = shareOut(state, asked);
      state = shared.state;
      return shared.grant;
    },
    state: () => state,
  };
}

describe('places of an account', () => {
  it('are all for a process that is alone, whatever it wants now', () => {
    expect(openAccount().lease(demand('a', { waiting: 1 })).places).toBe(8);
  });

  it('are shared with a process that comes, as soon as they are let go of', () => {
    const { lease } = openAccount();
    lease(demand('a'));

    expect(lease(demand('b')).places).toBe(0);
    // More in flight than its share: nothing leaves, and nobody else gets it, before they end.
    expect(lease(demand('a', { inFlight: 6, now: 1000 })).places).toBe(4);
    expect(lease(demand('b', { now: 1100 })).places).toBe(2);
    expect(lease(demand('a', { inFlight: 3, now: 2000 })).places).toBe(4);
    expect(lease(demand('b', { inFlight: 2, now: 2100 })).places).toBe(4);
  });

  it('of a process that died are free again when its lease has expired', () => {
    const { lease } = openAccount();
    lease(demand('dead', { inFlight: 8 }));

    expect(lease(demand('b', { now: leaseMs - 1 })).places).toBe(0);
    expect(lease(demand('b', { now: leaseMs })).places).toBe(8);
  });

  it('of a process that died before the clock was set back are free at once', () => {
    const { lease } = openAccount();
    lease(demand('dead', { inFlight: 8, now: 3_600_000 }));

    expect(lease(demand('b', { now: 0 })).places).toBe(8);
  });

  it('are given back by a process that has nothing to do', () => {
    const { lease, state } = openAccount();
    lease(demand('a'));
    lease(demand('a', { waiting: 0 }));

    expect(state().leases).toEqual([]);
  });

  it('are of no use to any process while the provider wants no calls', () => {
    const { lease } = openAccount();
    const ends = { succeeded: 0, throttled: 3, retryAfterMs: 20_000, slowsGrowth: false };

    expect(lease(demand('a', { inFlight: 2, ends })).blockedMs).toBe(20_000);
    expect(lease(demand('b', { now: 1000 })).blockedMs).toBe(19_000);
    expect(lease(demand('b', { now: 20_001 })).blockedMs).toBe(0);
  });

  it('go round where there are fewer than processes', () => {
    const { lease } = openAccount();
    const served = { a: 0, b: 0, c: 0 };
    let holder: keyof typeof served | null = null;
    for (let now = 0; now < 300_000; now += 1000) {
      for (const id of ['a', 'b', 'c'] as const) {
        const asked = demand(id, { limits: limits({ concurrency: 1 }), now });
        // A call takes less than a second: nothing is in flight when the lease is renewed.
        const { places } = lease(asked);
        if (places === 0) continue;
        expect(places).toBe(1);
        holder = id;
      }
      if (holder !== null) served[holder] += 1;
    }

    for (const turns of Object.values(served)) expect(turns).toBeGreaterThan(70);
  });

  it('follow the strictest of what runs and processes say', () => {
    expect(
      strictest([
        limits({ concurrency: 9, requestsPerMinute: 60 }),
        limits({ concurrency: 4, tokensPerMinute: 1000 }),
        limits({ requestsPerMinute: 90 }),
      ]),
    ).toEqual({ concurrency: 4, requestsPerMinute: 60, tokensPerMinute: 1000 });
  });
});

type Schedule = {
  readonly perMinute: number;
  readonly processes: number;
  readonly seed: number;
  /** Minutes of the schedule. */
  readonly minutes: number;
};

/**
 * Plays processes that renew at odd times, use what they got some time within the second for which
 * it counts, give the rest back, and die now and then. Returns when each request left, by process.
 */
function play({ perMinute, processes, seed, minutes }: Schedule) {
  const random = createRandom(`${seed}`);
  const { lease } = openAccount(limits({ requestsPerMinute: perMinute }));
  const sent: { readonly at: number; readonly process: number }[] = [];
  const agents = Array.from({ length: processes }, (_, process) => ({
    process,
    renewAt: random.next() * 1000,
    left: 0,
    generation: 0,
  }));
  for (;;) {
    const agent = agents.reduce((one, other) => (other.renewAt < one.renewAt ? other : one));
    const now = agent.renewAt;
    if (now > minutes * 60_000) return sent;
    if (random.next() < 0.01) {
      agent.generation += 1;
      agent.left = 0;
    }
    const processId = `${agent.process}-${agent.generation}`;
    const asked = limits({ requestsPerMinute: perMinute, concurrency: 1000 });
    const grant = lease(demand(processId, { limits: asked, requestsBack: agent.left, now }));
    const isLate = random.next() < 0.05;
    agent.renewAt = now + (isLate ? 1000 + random.next() * 2000 : 300 + random.next() * 300);
    const until = Math.min(agent.renewAt, now + 1000);
    const used =
      random.next() < 0.2 ? Math.floor((grant.requests ?? 0) / 2) : (grant.requests ?? 0);
    agent.left = (grant.requests ?? 0) - used;
    for (let i = 0; i < used; i += 1) {
      sent.push({ at: now + random.next() * (until - now), process: agent.process });
    }
  }
}

function mostInAMinute(sent: readonly { readonly at: number }[]): number {
  const times = sent.map(({ at }) => at).toSorted((one, other) => one - other);
  let most = 0;
  let first = 0;
  times.forEach((at, last) => {
    while (times[first]! <= at - 60_000) first += 1;
    most = Math.max(most, last - first + 1);
  });
  return most;
}

describe('requests of an account', () => {
  const schedules = [1, 2, 7, 30, 61, 62, 63, 100, 600, 3000].flatMap((perMinute) =>
    [1, 2, 5].flatMap((processes) =>
      [1, 2, 3].map((seed) => ({ perMinute, processes, seed, minutes: 8 })),
    ),
  );

  it('never exceed the limit in any minute, whoever leases when, and whoever dies', () => {
    for (const schedule of schedules) {
      const most = mostInAMinute(play(schedule));
      expect(most, JSON.stringify(schedule)).toBeLessThanOrEqual(schedule.perMinute);
    }
  });

  it('use most of the limit where they wait all the time', () => {
    const sent = play({ perMinute: 600, processes: 2, seed: 9, minutes: 20 });

    expect(sent.length / (20 * 600)).toBeGreaterThan(0.9);
  });

  it('are shared evenly by processes, and none starves', () => {
    for (const [perMinute, processes] of [
      [600, 3],
      [60, 4],
      [12, 3],
    ] as const) {
      const sent = play({ perMinute, processes, seed: 4, minutes: 20 });
      for (let process = 0; process < processes; process += 1) {
        const share = sent.filter((one) => one.process === process).length / sent.length;
        expect(share, `${perMinute} for ${processes}`).toBeGreaterThan(0.75 / processes);
      }
    }
  });

  it('go round however unevenly processes renew', () => {
    const { lease } = openAccount(limits({ requestsPerMinute: 600 }));
    const asked = limits({ requestsPerMinute: 600, concurrency: 1000 });
    const taken = { a: 0, b: 0 };
    for (let now = 0; now < 60_000; now += 500) {
      taken.a += lease(demand('a', { limits: asked, now })).requests ?? 0;
      taken.b += lease(demand('b', { limits: asked, now: now + 5 })).requests ?? 0;
    }

    // The first came when the other was not there yet, and took the second that had been saved up.
    expect(taken.a - taken.b).toBeLessThanOrEqual(10);
    expect(taken.b).toBeGreaterThan(270);
  });

  it('that were not used are given back', () => {
    const { lease } = openAccount(limits({ requestsPerMinute: 600 }));
    const asked = limits({ requestsPerMinute: 600 });
    const first = lease(demand('a', { limits: asked })).requests ?? 0;

    const again = lease(demand('a', { limits: asked, requestsBack: first, now: 1 })).requests;

    expect(first).toBe(10);
    expect(again).toBe(10);
  });
});

describe('tokens of an account', () => {
  const asked = limits({ tokensPerMinute: 60_000, concurrency: 1000 });

  it('that were used beyond the grant are paid back before anything is granted again', () => {
    const { lease } = openAccount(asked);
    const waitingTokens = 100_000;
    lease(demand('a', { limits: asked, waitingTokens }));

    const owed = { limits: asked, waitingTokens, tokensBack: -5000 };
    expect(lease(demand('a', { ...owed, now: 500 })).tokens).toBe(0);
    expect(lease(demand('a', { ...owed, tokensBack: 0, now: 5000 })).tokens).toBe(0);
    expect(lease(demand('a', { ...owed, tokensBack: 0, now: 6500 })).tokens).toBeGreaterThan(0);
  });

  it('exceed the limit in no minute by more than one call of each process', () => {
    const random = createRandom('tokens');
    const { lease } = openAccount(asked);
    const sent: { at: number; tokens: number }[] = [];
    const back = [0, 0];
    for (let now = 0; now < 600_000; now += 250) {
      const process = (now / 250) % 2;
      const wishes = { limits: asked, waitingTokens: 50_000, tokensBack: back[process]!, now };
      let left = lease(demand(`${process}`, wishes)).tokens ?? 0;
      while (left > 0) {
        const tokens = 500 + Math.floor(random.next() * 3500);
        sent.push({ at: now + random.next() * 250, tokens });
        left -= tokens;
      }
      back[process] = left;
    }
    const most = sent.reduce((high, { at }) => {
      const within = sent.filter((one) => one.at > at - 60_000 && one.at <= at);
      return Math.max(
        high,
        within.reduce((sum, { tokens }) => sum + tokens, 0),
      );
    }, 0);

    expect(most).toBeLessThanOrEqual(60_000 + 2 * 4000);
    expect(sent.reduce((sum, { tokens }) => sum + tokens, 0)).toBeGreaterThan(0.92 * 600_000);
  });
});

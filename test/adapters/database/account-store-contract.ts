import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../../adapters/database/open-database.ts';
import { type LeaseDemand, leaseMs } from '../../../domain/limits/account-lease.ts';

const demand = (processId: string, changes: Partial<LeaseDemand> = {}): LeaseDemand => ({
  processId,
  limits: { concurrency: 10, requestsPerMinute: 600, tokensPerMinute: null },
  inFlight: 0,
  waiting: 5,
  waitingTokens: 0,
  requestsBack: 0,
  tokensBack: 0,
  ends: { succeeded: 0, throttled: 0, retryAfterMs: null, slowsGrowth: false },
  now: 1_000_000,
  ...changes,
});

/** What every store of accounts does. */
export function describeAccountStore(openEmpty: () => Promise<Database>): void {
  let database: Database;
  beforeEach(async () => {
    database = await openEmpty();
  });
  afterEach(() => database.close());

  it('shares one account out to the processes that lease it', async () => {
    const { accounts } = database;

    const first = await accounts.lease('a', demand('p1'));
    const second = await accounts.lease('a', demand('p2'));

    expect(first).toMatchObject({ places: 10, requests: 10, tokens: null, contenders: 1 });
    expect(second).toMatchObject({ places: 0, requests: 0, contenders: 2 });
    const again = await accounts.lease('a', demand('p1', { inFlight: 2, now: 1_000_600 }));
    expect(again.places).toBe(5);
    expect((await accounts.lease('a', demand('p2', { now: 1_000_700 }))).places).toBe(5);
  });

  it('keeps accounts apart', async () => {
    await database.accounts.lease('a', demand('p1'));

    expect(await database.accounts.lease('b', demand('p2'))).toMatchObject({ requests: 10 });
  });

  it('forgets what a dead process held when its lease has expired', async () => {
    const { accounts } = database;
    await accounts.lease('a', demand('dead', { inFlight: 10 }));

    const later = demand('p2', { now: 1_000_000 + leaseMs });

    expect((await accounts.lease('a', later)).places).toBe(10);
  });

  it('refills nothing when the clock was set back', async () => {
    const { accounts } = database;
    const { requests } = await accounts.lease('a', demand('p1'));

    const back = await accounts.lease('a', demand('p1', { inFlight: 9, now: 0 }));

    expect(requests).toBe(10);
    expect(back.requests).toBe(0);
  });

  it('lets all processes follow one value after a refusal, and says how it came about', async () => {
    const { accounts } = database;
    const ends = { succeeded: 1, throttled: 4, retryAfterMs: 2000, slowsGrowth: false };
    await accounts.lease('a', demand('p1', { ends }));

    expect(await accounts.lease('a', demand('p2'))).toMatchObject({ blockedMs: 2000 });
    expect(await accounts.status(['a', 'unused'], 1_000_100)).toEqual([
      {
        account: 'a',
        configured: 10,
        current: 8,
        blockedUntil: 1_002_000,
        changes: [{ changedAt: 1_000_000, value: 8, reason: 'throttled' }],
      },
    ]);
    expect(await accounts.status(['a'], 1_003_000)).toMatchObject([{ blockedUntil: null }]);
  });

  it('remembers that the provider asked for slow growth', async () => {
    const { accounts } = database;
    const ends = { succeeded: 0, throttled: 1, retryAfterMs: null, slowsGrowth: true };
    await accounts.lease('a', demand('p1', { ends }));
    const more = { succeeded: 100, throttled: 0, retryAfterMs: null, slowsGrowth: false };
    for (let fall = 1; fall < 8; fall += 1)
      await accounts.lease('a', demand('p1', { ends, now: 1_000_000 + fall * 20_000 }));
    for (let second = 0; second < 600; second += 1) {
      const now = 1_200_000 + second * 1000;
      await accounts.lease('a', demand('p2', { ends: more, waiting: 50, now }));
    }

    const [status] = await accounts.status(['a'], 1_800_000);

    expect(status?.current).toBe(1);
  });

  it('keeps the last hundred changes of an account', async () => {
    const { accounts } = database;
    const limits = { concurrency: 1000, requestsPerMinute: null, tokensPerMinute: null };
    const ends = { succeeded: 0, throttled: 1, retryAfterMs: null, slowsGrowth: false };
    for (let episode = 0; episode < 104; episode += 1) {
      await accounts.lease('a', demand('p1', { limits, ends, now: episode * 20_000 }));
    }

    const [status] = await accounts.status(['a'], 0);

    expect(status?.changes).toHaveLength(100);
    expect(status?.changes[0]).toMatchObject({ changedAt: 103 * 20_000, value: 1 });
  });
}

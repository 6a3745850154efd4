import { describe, expect, it } from 'vitest';
import type { PlaceRequest } from '../../../domain/calls/call-place.ts';
import { createLoneLimiter } from '../../support/memory-accounts.ts';

const place = (
  account: string,
  concurrency: number,
  signal = new AbortController().signal,
): [PlaceRequest, AbortSignal] => [
  {
    account,
    runId: 'r',
    ticket: 'call',
    limits: { concurrency, requestsPerMinute: null, tokensPerMinute: null },
    expectedTokens: 0,
  },
  signal,
];
const settle = () => new Promise((done) => setImmediate(done));

describe('createAccountLimiter', () => {
  it('lets no more calls of an account through than it has places, in order', async () => {
    const { acquire } = createLoneLimiter();
    const entered: number[] = [];
    const releases: (() => void)[] = [];
    for (const id of [1, 2, 3, 4]) {
      void acquire(...place('a', 2)).then(({ release }) => {
        entered.push(id);
        releases.push(() => release(null));
      });
    }
    await settle();
    expect(entered).toEqual([1, 2]);

    releases[1]?.();
    await settle();
    expect(entered).toEqual([1, 2, 3]);
  });

  it('lets a step go first that was scheduled first, also one that waited elsewhere before', async () => {
    const { acquire } = createLoneLimiter();
    const first = await acquire(...place('a', 1));
    const entered: string[] = [];
    const ask = (name: string, askedAt: number): void => {
      const [request, signal] = place('a', 1);
      void acquire({ ...request, ticket: name, askedAt }, signal).then(({ release }) => {
        entered.push(name);
        release(null);
      });
    };
    ask('new', 2000);
    ask('from another process', 1000);

    first.release(null);
    await settle();
    await settle();

    expect(entered).toEqual(['from another process', 'new']);
  });

  it('keeps accounts apart', async () => {
    const { acquire } = createLoneLimiter();
    await acquire(...place('a', 1));

    await expect(acquire(...place('b', 1))).resolves.toHaveProperty('release');
  });

  it('takes up a changed limit with the next request', async () => {
    const { acquire } = createLoneLimiter();
    await acquire(...place('a', 1));
    let entered = 0;
    void acquire(...place('a', 1)).then(() => (entered += 1));
    await settle();
    expect(entered).toBe(0);

    await acquire(...place('a', 3));

    expect(entered).toBe(1);
  });

  it('gives a place back once, however often that is asked for', async () => {
    const { acquire } = createLoneLimiter();
    const { release } = await acquire(...place('a', 1));
    release(null);
    release(null);
    await acquire(...place('a', 1));
    let entered = false;
    void acquire(...place('a', 1)).then(() => (entered = true));
    await settle();

    expect(entered).toBe(false);
  });

  it('ends a wait with the reason of its signal, and gives its turn to the next', async () => {
    const { acquire } = createLoneLimiter();
    const { release } = await acquire(...place('a', 1));
    const leaving = new AbortController();
    const left = acquire(...place('a', 1, leaving.signal));
    const next = acquire(...place('a', 1));

    leaving.abort(new Error('cancelled'));
    await expect(left).rejects.toThrow('cancelled');
    release(null);

    await expect(next).resolves.toHaveProperty('release');
    await expect(acquire(...place('a', 1, leaving.signal))).rejects.toThrow('cancelled');
  });
});

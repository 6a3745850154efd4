import { describe, expect, it } from 'vitest';
import { createAccountLimiter } from '../../../adapters/models/account-limiter.ts';

const settle = () => new Promise((done) => setImmediate(done));

describe('createAccountLimiter', () => {
  it('lets no more calls of an account through than it has places, in order', async () => {
    const acquire = createAccountLimiter();
    const entered: number[] = [];
    const releases: (() => void)[] = [];
    for (const id of [1, 2, 3, 4]) {
      void acquire('a', 2).then((release) => {
        entered.push(id);
        releases.push(release);
      });
    }
    await settle();
    expect(entered).toEqual([1, 2]);

    releases[1]?.();
    await settle();
    expect(entered).toEqual([1, 2, 3]);
  });

  it('keeps accounts apart', async () => {
    const acquire = createAccountLimiter();
    await acquire('a', 1);

    await expect(acquire('b', 1)).resolves.toBeTypeOf('function');
  });

  it('takes up a changed limit with the next request', async () => {
    const acquire = createAccountLimiter();
    await acquire('a', 1);
    let entered = 0;
    void acquire('a', 1).then(() => (entered += 1));
    await settle();
    expect(entered).toBe(0);

    await acquire('a', 3);

    expect(entered).toBe(1);
  });

  it('gives a place back once, however often that is asked for', async () => {
    const acquire = createAccountLimiter();
    const release = await acquire('a', 1);
    release();
    release();
    await acquire('a', 1);
    let entered = false;
    void acquire('a', 1).then(() => (entered = true));
    await settle();

    expect(entered).toBe(false);
  });

  it('ends a wait with the reason of its signal, and gives its turn to the next', async () => {
    const acquire = createAccountLimiter();
    const release = await acquire('a', 1);
    const leaving = new AbortController();
    const left = acquire('a', 1, leaving.signal);
    const next = acquire('a', 1);

    leaving.abort(new Error('cancelled'));
    await expect(left).rejects.toThrow('cancelled');
    release();

    await expect(next).resolves.toBeTypeOf('function');
    await expect(acquire('a', 1, leaving.signal)).rejects.toThrow('cancelled');
  });
});

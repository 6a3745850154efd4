import { describe, expect, it } from 'vitest';
import { createTurns } from '../../activities/in-turn.ts';

const never = new AbortController().signal;

/** Work that ends when the test says so. */
function openWork<Result>(result: Result) {
  let finish = () => {};
  const ended = new Promise<Result>((resolve) => (finish = () => resolve(result)));
  return { work: () => ended, finish };
}

describe('createTurns', () => {
  it('begins the second of a key when the first has ended, well or badly', async () => {
    const inTurn = createTurns();
    const begun: string[] = [];
    const first = inTurn('key', () => Promise.reject(new Error('failed')), never);
    const second = inTurn('key', async () => begun.push('second'), never);
    begun.push('asked');

    await expect(first).rejects.toThrow('failed');
    await second;

    expect(begun).toEqual(['asked', 'second']);
  });

  it('lets different keys go at once', async () => {
    const inTurn = createTurns();
    const { work, finish } = openWork('a');
    const first = inTurn('a', work, never);

    expect(await inTurn('b', async () => 'b', never)).toBe('b');
    finish();
    expect(await first).toBe('a');
  });

  it('ends the wait of a cancelled one, and the one behind still waits for the first', async () => {
    const inTurn = createTurns();
    const order: string[] = [];
    const { work, finish } = openWork('first');
    const first = inTurn('key', work, never).then((name) => order.push(name));
    const cancelled = new AbortController();
    let hasBegun = false;
    const second = inTurn('key', async () => (hasBegun = true), cancelled.signal);
    const third = inTurn('key', async () => order.push('third'), never);

    cancelled.abort(new Error('cancelled'));
    await expect(second).rejects.toThrow('cancelled');
    finish();
    await Promise.all([first, third]);

    expect(order).toEqual(['first', 'third']);
    expect(hasBegun).toBe(false);
  });

  it('does not begin for one that was cancelled before it asked', async () => {
    const inTurn = createTurns();
    const { work, finish } = openWork('first');
    const first = inTurn('key', work, never);
    const waiting = inTurn('key', async () => 'second', AbortSignal.abort(new Error('cancelled')));

    await expect(waiting).rejects.toThrow('cancelled');
    finish();
    await first;
  });
});

import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { activitySignals, openDeadline } from '../../activities/paid-call-signals.ts';

const details = (changes: Record<string, boolean>) => ({
  notFound: false,
  cancelRequested: false,
  paused: false,
  timedOut: false,
  workerShutdown: false,
  reset: false,
  ...changes,
});

/** The signals of an activity that is then cancelled for these reasons. */
function cancelled(changes: Record<string, boolean>) {
  const cancellation = new AbortController();
  const context = {
    cancellationSignal: cancellation.signal,
    cancellationDetails: details(changes),
    info: { scheduledTimestampMs: 1234 },
  };
  const signals = asyncLocalStorage.run(context as unknown as Context, activitySignals);
  cancellation.abort(new Error('cancelled'));
  return signals;
}

describe('activitySignals', () => {
  it.each([{ cancelRequested: true }, { paused: true }])(
    'ends the waiting, not the call in flight, for %j',
    (reasons) => {
      const { waiting, inFlight } = cancelled(reasons);

      expect(waiting.aborted).toBe(true);
      expect(inFlight.aborted).toBe(false);
    },
  );

  it.each([
    { workerShutdown: true },
    { timedOut: true },
    { notFound: true },
    { reset: true },
    { cancelRequested: true, workerShutdown: true },
  ])('ends the call in flight too for %j', (reasons) => {
    const { waiting, inFlight } = cancelled(reasons);

    expect(waiting.aborted).toBe(true);
    expect(inFlight.reason).toEqual(new Error('cancelled'));
  });

  it('tells when the step was first scheduled, which keeps its turn anywhere', () => {
    expect(cancelled({}).askedAt).toBe(1234);
  });

  it('never ends anything outside an activity', () => {
    const { waiting, inFlight } = activitySignals();

    expect([waiting.aborted, inFlight.aborted]).toEqual([false, false]);
  });
});

describe('openDeadline', () => {
  const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

  it('aborts with a TimeoutError when the time is over', async () => {
    const { signal } = openDeadline(10, new AbortController().signal);
    await pause(30);

    expect((signal.reason as Error).name).toBe('TimeoutError');
  });

  it('aborts with the reason of a forced end', () => {
    const ended = new AbortController();
    const { signal, close } = openDeadline(1000, ended.signal);
    ended.abort('shutdown');

    expect(signal.reason).toBe('shutdown');
    expect(openDeadline(1000, ended.signal).signal.aborted).toBe(true);
    close();
  });

  it('aborts no more once it is closed', async () => {
    const ended = new AbortController();
    const { signal, close } = openDeadline(10, ended.signal);
    close();
    ended.abort();
    await pause(30);

    expect(signal.aborted).toBe(false);
  });
});

import { CancelledFailure } from '@temporalio/activity';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StepWork } from '../../activities/record-step.ts';
import { resultOf } from '../../activities/record-step.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import type { CallStore } from '../../domain/stores/call-store.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { inActivity, openTestStores } from '../support/fakes-activity.ts';
import { createSampleRun, leaveResult, recorderOf, ref } from '../support/fakes-item-steps.ts';

let stores: Stores;
beforeEach(async () => {
  stores = await openTestStores();
  await createSampleRun(stores);
});
afterEach(() => stores.close());

const step = (work: StepWork<string>, { drive = 1, attempt = 1 } = {}) =>
  inActivity(() => recorderOf(stores)({ ...ref, drive }, 'answer', 0, work), { attempt });
const records = () => stores.steps.ofItem('r1', 'q0', 0);
const done =
  (result: string, usable = true) =>
  async () => ({ result, usable });
const fails = (error: unknown) => () => Promise.reject(error);
const failureOf = (work: StepWork<string>, about?: { drive?: number; attempt?: number }) =>
  step(work, about).then(
    () => null,
    (error: unknown) => error as StepError,
  );

describe('a step', () => {
  it('notes its start before it works, and its result before it returns', async () => {
    const before: unknown[] = [];

    const result = await step(async () => {
      before.push(...(await records()));
      return { result: 'B', usable: true };
    });

    expect(result).toBe('B');
    expect(before).toMatchObject([{ state: 'started', attempts: 1 }]);
    expect(await records()).toMatchObject([{ state: 'done', usable: true, result: 'B' }]);
  });

  it('takes the usable result of an earlier attempt or drive instead of working', async () => {
    await step(done('B'));
    const never = fails(new Error('worked again'));

    expect(await step(never, { attempt: 2 })).toBe('B');
    expect(await step(never, { drive: 2 })).toBe('B');
  });

  it('works again after a result that was not usable', async () => {
    await step(done('no letter', false));

    expect(await step(done('B'), { drive: 2 })).toBe('B');
    expect(await records()).toMatchObject([{ drive: 1 }, { drive: 2 }]);
  });

  it('keeps the results of parts apart', async () => {
    await leaveResult(stores, 'generate', 1, 'second');

    expect(resultOf(await records(), 'generate', 1)).toBe('second');
    expect(() => resultOf([], 'plan', 0)).toThrow(/step plan, part 0, is missing/);
  });
});

describe('a step that fails', () => {
  it('is recorded as failed only when nothing more will be tried', async () => {
    const retry = new StepError('provider_error', 'retry', 'busy', { attempts: 1 });
    const wait = new StepError('rate_limited', 'wait', 'slow down', { attempts: 2 });

    expect(await failureOf(fails(retry))).toBe(retry);
    expect(await failureOf(fails(wait), { attempt: 2 })).toBe(wait);
    expect(await records()).toMatchObject([{ state: 'started', attempts: 2 }]);

    await failureOf(fails(new StepError('refused_input', 'fail', 'refused')), { attempt: 3 });
    expect(await records()).toMatchObject([
      { state: 'failed', usable: false, failureClass: 'refused_input', attempts: 3 },
    ]);
  });

  it('is recorded as failed when its run stops', async () => {
    await failureOf(fails(new StepError('quota', 'stop', 'no money')));

    expect(await records()).toMatchObject([{ state: 'failed', failureClass: 'quota' }]);
  });

  it('fails as unclassified at the third surprise, and keeps its words to the log', async () => {
    const surprise = fails(new TypeError('question: what does the man hold?'));

    expect(await failureOf(surprise)).toMatchObject({ action: 'retry' });
    expect(await failureOf(surprise, { attempt: 2 })).toMatchObject({ action: 'retry' });
    const last = await failureOf(surprise, { attempt: 3 });

    expect(last).toMatchObject({ action: 'fail', failureClass: 'unclassified' });
    expect(last?.message).not.toContain('man');
  });

  it('ends after ten tries of what a retry could have mended', async () => {
    const unread = fails(new StepError('storage', 'retry', 'frame_1.jpg cannot be read (EIO)'));
    for (let attempt = 1; attempt <= 9; attempt += 1)
      expect(await failureOf(unread, { attempt })).toMatchObject({ action: 'retry' });

    expect(await failureOf(unread, { attempt: 10 })).toMatchObject({
      action: 'fail',
      failureClass: 'storage',
      attempts: 10,
    });
  });

  it('counts neither waits nor attempts whose process was lost as tries', async () => {
    const paused = fails(new StepError('unclassified', 'wait', 'The run is paused'));
    for (let attempt = 1; attempt <= 20; attempt += 1) await failureOf(paused, { attempt });

    const surprise = fails(new Error('oops'));
    expect(await failureOf(surprise, { attempt: 30 })).toMatchObject({ action: 'retry' });
    expect(await failureOf(surprise, { attempt: 31 })).toMatchObject({ action: 'retry' });
    expect(await failureOf(surprise, { attempt: 32 })).toMatchObject({ action: 'fail' });
  });

  it('waits without end for what a person has to mend', async () => {
    const full = fails(new StepError('storage', 'wait', 'the disk is full'));

    expect(await failureOf(full, { attempt: 500 })).toMatchObject({ action: 'wait' });
  });

  it('does not count failed calls as tries of its own', async () => {
    const refused = fails(new StepError('provider_error', 'retry', 'busy', { attempts: 1 }));
    for (let attempt = 1; attempt <= 5; attempt += 1) await failureOf(refused, { attempt });
    const surprise = fails(new Error('oops'));

    expect(await failureOf(surprise, { attempt: 6 })).toMatchObject({ action: 'retry' });
    expect(await failureOf(surprise, { attempt: 7 })).toMatchObject({ action: 'retry' });
    expect(await failureOf(surprise, { attempt: 8 })).toMatchObject({ action: 'fail' });
  });

  it('lets a cancellation pass and records nothing of it', async () => {
    const cancelled = new CancelledFailure('CANCELLED');

    expect(await failureOf(fails(cancelled), { attempt: 3 })).toBe(cancelled);
    expect(await records()).toMatchObject([{ state: 'started' }]);
  });
});

describe('the usage of a step', () => {
  it('includes failed, rejected and waiting calls', async () => {
    await makeCall({ state: 'rejected', action: 'retry', priceUsd: 0.25 });
    await makeCall({ state: 'unbilled', action: 'wait', retryAfterMs: 1500 });
    await makeCall({ state: 'usable', action: null, priceUsd: 0.5 });

    await step(done('B'));

    expect(await records()).toMatchObject([
      { waitedMs: 1500, usage: { calls: 3, cached_calls: 0, paid_usd: 0.75, list_usd: 0.75 } },
    ]);
  });

  it('counts what came from the store as list price, not as paid', async () => {
    const usage = { promptTokens: 10, completionTokens: 1, images: null };

    await step(async ({ noteCached }) => {
      noteCached({ usage, listUsd: 0.5 });
      return { result: 'B', usable: true };
    });

    expect(await records()).toMatchObject([
      { usage: { calls: 0, cached_calls: 1, prompt_tokens: 10, paid_usd: 0, list_usd: 0.5 } },
    ]);
  });

  it('is kept for a step that fails', async () => {
    await makeCall({ state: 'rejected', action: 'fail', priceUsd: 0.25 });

    await failureOf(fails(new StepError('truncated', 'fail', 'cut off')));

    expect(await records()).toMatchObject([{ state: 'failed', usage: { paid_usd: 0.25 } }]);
  });
});

let made = 0;
async function makeCall(end: Partial<Parameters<CallStore['settle']>[2]>): Promise<void> {
  const callKey = `key-${(made += 1)}`;
  const n = await stores.calls.openIntent({
    ...ref,
    step: 'answer',
    part: 0,
    callKey,
    account: 'a',
    model: 'm',
    activityId: 'activity-1',
    processId: 'process-1',
    startedAt: 1,
    deadlineAt: 2,
    maxPriceUsd: 1,
  });
  await stores.calls.storeResponse(callKey, { n, status: 200, body: new Uint8Array() });
  await stores.calls.settle(callKey, n, {
    state: 'usable',
    settledAt: 2,
    usage: null,
    priceUsd: null,
    failureClass: end.action === null ? null : 'provider_error',
    action: null,
    retryAfterMs: null,
    httpStatus: null,
    ...end,
  });
}

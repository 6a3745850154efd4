import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFileBlobStore } from '../../adapters/blobs/file-blob-store.ts';
import { type Database, openDatabase } from '../../adapters/database/open-database.ts';
import { renderCost } from '../../cli/render/cost-view.ts';
import type { CallStore } from '../../domain/stores/call-store.ts';
import { costOfRun } from '../../results/cost.ts';
import { samplePlace, sampleSpec, sampleStep } from '../adapters/database/sample-run.ts';

const now = 1_900_000_000_000;
const run = { runId: 'r1', spec: sampleSpec('r1'), createdAt: now };

let folder: string;
let database: Database;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videoqa-cost-'));
  const blobs = openFileBlobStore(join(folder, 'blobs'));
  database = await openDatabase(pathToFileURL(join(folder, 'db')).href, blobs);
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

type End = Parameters<CallStore['settle']>[2];

/** Makes a call for a dollar at most and ends it; `null` leaves it as a dead process would. */
async function call(
  callKey: string,
  end: Partial<End> | null,
  deadlineAt = now + 1,
): Promise<void> {
  const { calls } = database;
  const n = await calls.openIntent({
    ...sampleStep({ step: callKey.startsWith('plan') ? 'plan' : 'answer' }),
    callKey,
    account: 'lab',
    model: 'vlm',
    activityId: 'a',
    processId: 'process-7',
    startedAt: now - 1000,
    deadlineAt,
    maxPriceUsd: 1,
  });
  if (end === null) return;
  await calls.storeResponse(callKey, { n, status: 200, body: Buffer.from('reply') });
  await calls.settle(callKey, n, {
    state: 'usable',
    settledAt: now,
    priceUsd: 0.25,
    usage: null,
    failureClass: null,
    action: null,
    retryAfterMs: null,
    httpStatus: 200,
    ...end,
  });
}

const failed = (failureClass: End['failureClass'], end: Partial<End>): Partial<End> => ({
  failureClass,
  action: 'retry',
  ...end,
});

it('adds up paid, list, failed and open spend, and names every call in doubt', async () => {
  await call('plan', { priceUsd: 0.1 });
  await call('answer', failed('truncated', { state: 'rejected', priceUsd: 0.2 }));
  await call('answer', failed('rate_limited', { state: 'unbilled', priceUsd: 0 }));
  await call('answer', failed('timeout', { state: 'open', priceUsd: null }));
  await call('answer', {});
  await call('answer', {});
  await call('other', { priceUsd: null });
  await call('dead', null, now - 1);
  await call('flying', null);
  const key = sampleStep();
  await database.steps.begin(key, samplePlace(), 1);
  const usage = { calls: 7, cached_calls: 1, prompt_tokens: 0, completion_tokens: 0, images: 0 };
  await database.steps.finish(key, {
    state: 'done',
    usable: true,
    result: null,
    failureClass: null,
    waitedMs: 0,
    usage: { ...usage, paid_usd: 0.7, list_usd: 1.5 },
  });

  const cost = await costOfRun(database, run, now);

  expect(cost.total).toMatchObject({ calls: 9, settledUsd: 0.8, openUsd: 4 });
  expect(cost.listUsd).toBe(1.5);
  expect(cost.lines).toMatchObject([
    { step: 'plan', model: 'vlm', calls: 1, paidUsd: 0.1, failedCalls: 0 },
    {
      step: 'answer',
      calls: 8,
      paidUsd: 0.7,
      listUsd: 1.5,
      failedCalls: 3,
      failedUsd: 0.2,
      duplicateUsd: 0.25,
      openCalls: 4,
      openUsd: 4,
    },
  ]);
  expect(cost.doubtful.map(({ kind, callKey, usd }) => [kind, callKey, usd])).toEqual([
    ['possible', 'answer', 1],
    ['duplicate', 'answer', 0.25],
    ['unpriced', 'other', 1],
    ['possible', 'dead', 1],
    ['in flight', 'flying', 1],
  ]);
  const text = renderCost(cost);
  expect(text).toContain('paid $0.8000, list $1.50, open at most $4.00');
  expect(text).toContain('possible duplicate spend: sent, and not known to have been billed: 2');
  expect(text).toContain('by process process-7');
});

it('has nothing to say about a run that made no call', async () => {
  expect(await costOfRun(database, run, now)).toMatchObject({
    total: { calls: 0, settledUsd: 0, openUsd: 0, capUsd: null },
    listUsd: 0,
    lines: [],
    doubtful: [],
  });
});

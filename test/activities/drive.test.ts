import { CancelledFailure } from '@temporalio/activity';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDriveActivities } from '../../activities/drive.ts';
import { mostPayloadBytes } from '../../domain/payload-size.ts';
import type { Row } from '../../domain/row.ts';
import type { SliceItem } from '../../domain/workflow-contract.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { sampleItems, sampleRun } from '../adapters/database/sample-run.ts';
import { inActivity, openTestStores } from '../support/fakes-activity.ts';
import {
  createSampleRun,
  readerOf,
  recorderOf,
  ref,
  stepSpec,
} from '../support/fakes-item-steps.ts';

let stores: Stores;
beforeEach(async () => {
  stores = await openTestStores();
  await createSampleRun(stores);
  await stores.runs.openDrive('r1', { kind: 'unfinished' });
});
afterEach(() => stores.close());

describe('loadSlice', () => {
  const loadSlice = (from: number) =>
    createDriveActivities({
      ...stores,
      reader: readerOf(stepSpec()),
      onRowsRecorded: async () => undefined,
    }).loadSlice({ runId: 'r2', drive: 1, from, to: 60 });

  it('gives items with all their videos, fewer to a page where they have many', async () => {
    const items = Array.from({ length: 60 }, (_, position) => ({
      position,
      ordinal: position,
      itemId: `q${position}`,
      sample: 0,
      workflowKey: `k${position}`,
      videoId: `v${position}`,
      otherVideoIds: Array.from({ length: 9 }, (__, n) => `v${position}-${n}-${'x'.repeat(150)}`),
    }));
    await stores.runs.create(sampleRun('r2'), items);
    await stores.runs.openDrive('r2', { kind: 'unfinished' });

    const pages = [];
    for (let from: number | null = 0; from !== null;) {
      const page: Awaited<ReturnType<typeof loadSlice>> = await loadSlice(from);
      pages.push(page.items);
      from = page.next;
    }

    expect(pages.flat().map(({ itemId }) => itemId)).toEqual(items.map(({ itemId }) => itemId));
    expect(pages.flat()[7]?.otherVideoIds).toEqual(items[7]?.otherVideoIds);
    expect(Math.max(...pages.map((page) => JSON.stringify(page).length))).toBeLessThan(32 * 1024);
    expect(pages.length).toBeGreaterThan(2);
  });
});

describe('recordOutcomes', () => {
  it('counts what a step paid for that was ended from outside', async () => {
    const { calls, runs } = stores;
    const payAndEnd = async (): Promise<never> => {
      const startedAt = 1_900_000_000_000;
      const n = await calls.openIntent({
        ...ref,
        step: 'answer',
        part: 0,
        callKey: 'the call',
        account: 'chat',
        model: 'looker',
        activityId: 'a',
        processId: 'process-1',
        startedAt,
        deadlineAt: startedAt + 1000,
        maxPriceUsd: 0.5,
        budget: null,
      });
      await calls.settle('the call', n, {
        state: 'rejected',
        settledAt: startedAt + 10,
        usage: { promptTokens: 100, completionTokens: 5, images: 0 },
        priceUsd: 0.02,
        failureClass: 'bad_envelope',
        action: 'retry',
        retryAfterMs: null,
        httpStatus: 200,
      });
      throw new CancelledFailure('cancelled during the pause before the next try');
    };
    const step = inActivity(() => recorderOf(stores)(ref, 'answer', 0, payAndEnd), { attempt: 1 });
    await expect(step).rejects.toThrow('cancelled during');
    const { recordOutcomes } = createDriveActivities({
      ...stores,
      reader: readerOf(stepSpec()),
      onRowsRecorded: async () => undefined,
    });

    await recordOutcomes({
      runId: 'r1',
      drive: 1,
      ends: [{ itemId: 'q0', sample: 0, outcome: 'cancelled', failure: null, workflowRunId: null }],
    });

    const rows: Row[] = [];
    for await (const row of runs.rows('r1')) rows.push(row);
    expect(rows).toMatchObject([
      { item_id: 'q0', usage: { calls: 1, prompt_tokens: 100, paid_usd: 0.02 } },
    ]);
  });
});

describe('loadSlice', () => {
  it('gives pages that fit into a payload, also of items with long ids, and leaves none out', async () => {
    const items = sampleItems(250).map((item) => ({
      ...item,
      itemId: `${item.itemId}-${'长'.repeat(150)}`,
    }));
    await stores.runs.create(sampleRun('r2'), items);
    await stores.runs.openDrive('r2', { kind: 'unfinished' });
    const { loadSlice } = createDriveActivities({
      ...stores,
      reader: readerOf(stepSpec()),
      onRowsRecorded: async () => undefined,
    });

    const pages: SliceItem[][] = [];
    for (let from: number | null = 0; from !== null;) {
      const page = await loadSlice({ runId: 'r2', drive: 1, from, to: 250 });
      pages.push(page.items);
      from = page.next;
    }

    const sizes = pages.map((page) => Buffer.byteLength(JSON.stringify(page)));
    expect(Math.max(...sizes)).toBeLessThan(mostPayloadBytes);
    const inOrder = items.toSorted((a, b) => a.position - b.position);
    expect(pages.flat().map(({ itemId }) => itemId)).toEqual(inOrder.map(({ itemId }) => itemId));
  });
});

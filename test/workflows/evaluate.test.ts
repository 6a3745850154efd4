import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  budgetFailureType,
  type EvaluateInput,
  itemWorkflowId,
  shardWorkflowId,
} from '../../domain/workflow-contract.ts';
import { workflowKey } from '../../domain/workflow-key.ts';
import { bundleWorkflows } from '../../workers/workflow-bundle.ts';
import {
  driveInput,
  fakeDrive,
  startDrive,
  whileWorking as working,
} from '../support/fake-drive.ts';
import { createGate } from '../support/gate.ts';
import { startTestServer, type TestServer } from '../support/temporal-server.ts';
import { untilInHistory } from '../support/until-in-history.ts';

let server: TestServer;
let bundle: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  [server, bundle] = await Promise.all([startTestServer(), bundleWorkflows()]);
});
afterAll(() => server.close());

const input = driveInput;
const start = (about: EvaluateInput) => startDrive(server, about);
const whileWorking = <Result>(drive: ReturnType<typeof fakeDrive>, body: () => Promise<Result>) =>
  working(server, bundle, drive, body);
const itemOf = ({ runId }: EvaluateInput, n: number) =>
  itemWorkflowId(runId, workflowKey(`item-${n}`, 0));

describe('evaluate', () => {
  it('runs every item once over several shards, with a window that stays bounded and gets filled', async () => {
    const drive = fakeDrive({
      items: 30,
      answer: async () => {
        // Nobody ends before the window was full.
        await expect.poll(() => drive.open.peak, { timeout: 30_000 }).toBeGreaterThanOrEqual(4);
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { outcome: 'answered' };
      },
    });
    const about = input({ shardLimit: 12, window: 4 });

    const result = await whileWorking(drive, async () => (await start(about)).result());

    expect(result).toEqual({ items: 30, shards: 3, isStopped: false });
    expect(new Set(drive.recorded.map(({ itemId }) => itemId)).size).toBe(30);
    expect(drive.recorded).toHaveLength(30);
    expect(drive.open.peak).toBe(4);
    expect(drive.ends).toEqual(['completed']);
  });

  it('D9: a slow first item keeps no later one from ending before it', async () => {
    const drive = fakeDrive({
      items: 6,
      answer: async ({ itemId }) => {
        if (itemId === 'item-0') {
          await expect.poll(() => drive.answered.length, { timeout: 30_000 }).toBe(5);
        }
        drive.answered.push(itemId);
        return { outcome: 'answered' };
      },
    });

    await whileWorking(drive, async () => (await start(input({ window: 2 }))).result());

    const order = drive.recorded.map(({ itemId }) => itemId);
    expect(order).toHaveLength(6);
    expect(order.indexOf('item-0')).toBeGreaterThan(order.indexOf('item-3'));
  });

  it('indexes each video once and passes the index to its items', async () => {
    const drive = fakeDrive({ items: 6, itemsPerVideo: 3 });
    const queues = { plan: 'q', image: 'q', answer: 'q', embed: 'q', index: 'q' };

    await whileWorking(drive, async () =>
      (await start(input({ strategy: 'imagined-keyframes', queues }))).result(),
    );

    expect(drive.calls.filter((call) => call.startsWith('index')).toSorted()).toEqual([
      'index v0',
      'index v1',
    ]);
    expect(drive.calls).toContain('generate item-5 1');
    expect(drive.calls).toContain('retrieve item-5 index-of-v1');
  });

  it('prepares every video of an item once before the item begins, wherever it stands', async () => {
    const drive = fakeDrive({
      items: 4,
      itemsPerVideo: 1,
      // Each item is about the next one's video, too, and all about one that is no item's first.
      otherVideos: (position) => [`v${(position + 1) % 4}`, 'shared'],
    });
    const queues = { plan: 'q', image: null, answer: 'q', embed: 'q', index: 'q', media: 'q' };

    await whileWorking(drive, async () =>
      (await start(input({ strategy: 'text-top-k', queues, window: 1 }))).result(),
    );

    const retrievals = drive.calls.filter((call) => call.startsWith('retrieve'));
    expect(retrievals).toEqual(
      [0, 1, 2, 3].map(
        (n) => `retrieve item-${n} index-of-v${n} index-of-v${(n + 1) % 4} index-of-shared`,
      ),
    );
    for (const video of ['v0', 'v1', 'v2', 'v3', 'shared'])
      for (const work of ['cut', 'index'])
        expect(drive.calls.filter((call) => call === `${work} ${video}`)).toHaveLength(1);
    for (const retrieval of retrievals) {
      const before = drive.calls.slice(0, drive.calls.indexOf(retrieval));
      for (const [, video] of retrieval.matchAll(/index-of-(\S+)/g))
        expect(before).toContain(`index ${video}`);
    }
  });

  it('an item fails with its video that cannot be cut, first or not; others go on', async () => {
    const drive = fakeDrive({
      items: 3,
      itemsPerVideo: 1,
      otherVideos: (position) => (position === 1 ? ['broken'] : ['fine']),
      extractFrames: async (videoId) => {
        if (videoId !== 'broken') return;
        throw ApplicationFailure.nonRetryable('no frame could be cut', 'bad_media', {
          class: 'bad_media',
          step: null,
          attempts: 1,
        });
      },
    });
    const queues = { plan: 'q', image: null, answer: 'q', embed: null, index: null, media: 'q' };

    await whileWorking(drive, async () => (await start(input({ queues }))).result());

    const ends = drive.recorded.map(
      ({ itemId, outcome, failure }) => `${itemId} ${outcome} ${failure?.class ?? ''}`,
    );
    expect(ends.toSorted((left, right) => (left < right ? -1 : 1))).toEqual([
      'item-0 answered ',
      'item-1 failed bad_media',
      'item-2 answered ',
    ]);
  });

  it('a search by text plans no pictures', async () => {
    const drive = fakeDrive({ items: 1 });
    const queues = { plan: 'q', image: null, answer: 'q', embed: 'q', index: 'q' };

    await whileWorking(drive, async () =>
      (await start(input({ strategy: 'text-top-k', queues }))).result(),
    );

    expect(drive.calls).toEqual(['index v0', 'retrieve item-0 index-of-v0']);
  });

  it('cuts each video once, before it is indexed, and also for a strategy without an index', async () => {
    const [search, sample] = [fakeDrive({ items: 6 }), fakeDrive({ items: 6 })];
    const queues = { plan: 'q', image: null, answer: 'q', embed: null, index: null, media: 'q' };
    const indexing = { ...queues, embed: 'q', index: 'q' };

    await whileWorking(search, async () =>
      (await start(input({ strategy: 'text-top-k', queues: indexing }))).result(),
    );
    await whileWorking(sample, async () => (await start(input({ queues }))).result());

    const prepared = search.calls.filter((call) => !call.startsWith('retrieve'));
    for (const video of ['v0', 'v1'])
      expect(prepared.filter((call) => call.endsWith(video))).toEqual([
        `cut ${video}`,
        `index ${video}`,
      ]);
    expect(sample.calls.toSorted()).toEqual(['cut v0', 'cut v1']);
    expect(sample.recorded).toHaveLength(6);
  });

  it('a video that cannot be cut fails its items alone, before any of them asks a model', async () => {
    const drive = fakeDrive({
      items: 4,
      itemsPerVideo: 2,
      extractFrames: async (videoId) => {
        if (videoId !== 'v0') return;
        const details = { class: 'bad_media', step: null, attempts: 1 };
        throw ApplicationFailure.nonRetryable('no picture in it', 'bad_media', details);
      },
    });
    const queues = { plan: 'q', image: null, answer: 'q', embed: null, index: null, media: 'q' };

    await whileWorking(drive, async () => (await start(input({ queues }))).result());

    const failed = drive.recorded.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ itemId }) => itemId).toSorted()).toEqual(['item-0', 'item-1']);
    expect(failed[0]?.failure).toMatchObject({ class: 'bad_media', message: 'no picture in it' });
  });

  it('the control draws no pictures', async () => {
    const drive = fakeDrive({ items: 1 });
    const queues = { plan: 'q', image: null, answer: 'q', embed: 'q', index: 'q' };

    await whileWorking(drive, async () =>
      (await start(input({ strategy: 'unedited-reference', queues }))).result(),
    );

    expect(drive.calls).toEqual(['index v0', 'plan item-0', 'retrieve item-0 index-of-v0']);
  });

  it('D8: a failed item stays its own: the others go on and its failure is recorded with class and step', async () => {
    const drive = fakeDrive({
      items: 3,
      answer: async ({ itemId }) => {
        if (itemId === 'item-1') {
          const details = { class: 'refused_input', step: 'answer', attempts: 2 };
          throw ApplicationFailure.nonRetryable('refused', 'refused_input', details);
        }
        return { outcome: itemId === 'item-2' ? 'unparsed' : 'answered' };
      },
    });
    const about = input({});

    await whileWorking(drive, async () => (await start(about)).result());

    const outcomes = Object.fromEntries(drive.recorded.map((end) => [end.itemId, end]));
    expect(outcomes['item-0']).toMatchObject({ outcome: 'answered', failure: null });
    expect(outcomes['item-1']).toMatchObject({
      outcome: 'failed',
      failure: { class: 'refused_input', step: 'answer', attempts: 2, message: 'refused' },
    });
    expect(outcomes['item-2']).toMatchObject({ outcome: 'unparsed' });
    const failed = server.client.workflow.getHandle(itemOf(about, 1));
    expect((await failed.describe()).status.name).toBe('FAILED');
    const history = JSON.stringify(await failed.fetchHistory());
    expect(history).not.toContain('stackTrace":"Error');
  });

  it('a video that cannot be indexed fails its items before they pay for a plan', async () => {
    const drive = fakeDrive({
      items: 4,
      itemsPerVideo: 2,
      indexVideo: async (videoId) => {
        if (videoId !== 'v0') return 'index';
        const details = { class: 'frames_missing', step: 'embed-retrieve', attempts: 1 };
        throw ApplicationFailure.nonRetryable('no frames', 'frames_missing', details);
      },
    });
    const queues = { plan: 'q', image: 'q', answer: 'q', embed: 'q', index: 'q' };

    await whileWorking(drive, async () =>
      (await start(input({ strategy: 'imagined-keyframes', queues }))).result(),
    );

    expect(drive.calls.filter((call) => call.startsWith('plan'))).toHaveLength(2);
    const failed = drive.recorded.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ itemId }) => itemId).toSorted()).toEqual(['item-0', 'item-1']);
    expect(failed[0]?.failure).toMatchObject({ class: 'frames_missing' });
  });

  /** 200 items, the fourth of which fails with these details. */
  const failingOnce = (details: { class: string; stopsRun?: boolean }) =>
    fakeDrive({
      items: 200,
      answer: async ({ itemId }) => {
        if (itemId !== 'item-3') return { outcome: 'answered' };
        const all = { step: 'answer', attempts: 1, ...details };
        throw ApplicationFailure.nonRetryable('refused', details.class, all);
      },
    });

  it.each([
    { class: 'auth', stopsRun: true },
    { class: 'connection', stopsRun: true },
    // As 0.2 wrote it.
    { class: 'auth' },
  ])(
    'a failure that stops the run ends admission; started items finish and are recorded: %o',
    async (details) => {
      const drive = failingOnce(details);

      const result = await whileWorking(drive, async () => (await start(input({}))).result());

      expect(result).toMatchObject({ isStopped: true });
      expect(drive.recorded.length).toBeLessThan(100);
      expect(drive.ends).toEqual(['stopped']);
    },
  );

  it("an item's own 403 stops nothing", async () => {
    const drive = failingOnce({ class: 'auth', stopsRun: false });

    const result = await whileWorking(drive, async () => (await start(input({}))).result());

    expect(result).toMatchObject({ isStopped: false });
    expect(drive.recorded).toHaveLength(200);
    expect(drive.recorded.find(({ itemId }) => itemId === 'item-3')?.failure).toEqual({
      class: 'auth',
      step: 'answer',
      message: 'refused',
      attempts: 1,
    });
    expect(drive.ends).toEqual(['completed']);
    // 200 items one after the other in four places: a quarter of a minute where nothing else runs.
  }, 240_000);

  it('a spent budget ends admission; items that find no room for a call are skipped, not failed', async () => {
    const drive = fakeDrive({
      items: 200,
      answer: async ({ itemId }) => {
        if (itemId !== 'item-3') return { outcome: 'answered' };
        throw ApplicationFailure.nonRetryable('no room', budgetFailureType);
      },
    });

    const result = await whileWorking(drive, async () => (await start(input({}))).result());

    expect(result).toMatchObject({ isStopped: true });
    expect(drive.recorded.length).toBeLessThan(100);
    expect(drive.recorded.filter(({ outcome }) => outcome !== 'answered')).toMatchObject([
      { itemId: 'item-3', outcome: 'skipped', failure: null },
    ]);
    expect(drive.ends).toEqual(['stopped']);
  });

  it('cancel ends the run: the answers in flight are kept, the rest is cancelled or never started', async () => {
    const gate = createGate();
    const drive = fakeDrive({
      items: 20,
      answer: async () => {
        await gate.opened;
        return { outcome: 'answered' };
      },
    });
    const about = input({ window: 4 });

    await whileWorking(drive, async () => {
      const handle = await start(about);
      try {
        await expect.poll(() => drive.open.now, { timeout: 30_000 }).toBe(4);
        await handle.cancel();
        // An answer before that would let its shard start another item.
        const asked = [0, 1, 2, 3].map((n) =>
          untilInHistory(server, itemOf(about, n), 'workflowExecutionCancelRequested'),
        );
        await Promise.all(asked);
      } finally {
        gate.open();
      }
      await expect(handle.result()).rejects.toThrow('cancel');
    });

    expect(drive.recorded.filter(({ outcome }) => outcome === 'answered')).toHaveLength(4);
    expect(drive.ends).toEqual(['cancelled']);
  });

  it('setWindow(0) pauses: nothing new starts until the window is given back', async () => {
    const gate = createGate();
    const drive = fakeDrive({
      items: 12,
      answer: async ({ itemId }) => {
        drive.answered.push(itemId);
        await gate.opened;
        return { outcome: 'answered' };
      },
    });
    const about = input({ window: 2 });

    await whileWorking(drive, async () => {
      const handle = await start(about);
      try {
        await expect.poll(() => drive.open.now, { timeout: 30_000 }).toBe(2);
        await handle.signal('setWindow', 0);
        await untilInHistory(server, shardWorkflowId(about.runId, 0), 'workflowExecutionSignaled');
      } finally {
        gate.open();
      }
      await expect.poll(() => drive.open.now, { timeout: 30_000 }).toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect(drive.answered).toHaveLength(2);
      await handle.signal('setWindow', 2);
      await handle.result();
    });

    expect(drive.open.peak).toBe(2);
    expect(drive.recorded).toHaveLength(12);
  });

  it('an item terminated in the Temporal UI is cancelled, and the run goes on', async () => {
    const gate = createGate();
    const drive = fakeDrive({
      items: 3,
      answer: async ({ itemId }) => {
        drive.answered.push(itemId);
        if (itemId === 'item-1') await gate.opened;
        return { outcome: 'answered' };
      },
    });
    const about = input({});

    await whileWorking(drive, async () => {
      const handle = await start(about);
      try {
        await expect.poll(() => drive.answered, { timeout: 30_000 }).toContain('item-1');
        await server.client.workflow.getHandle(itemOf(about, 1)).terminate('by hand');
        await handle.result();
      } finally {
        gate.open();
      }
    });

    expect(drive.recorded.find(({ itemId }) => itemId === 'item-1')).toMatchObject({
      outcome: 'cancelled',
    });
  });
});

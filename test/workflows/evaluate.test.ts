import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutShards } from '../../domain/shards.ts';
import type { ItemEnd } from '../../domain/stores/run-store.ts';
import type { EvaluateInput, ItemRef } from '../../domain/workflow-contract.ts';
import { workflowKey } from '../../domain/workflow-key.ts';
import { bundleWorkflows } from '../../workers/workflow-bundle.ts';
import { startTestServer, type TestServer } from '../support/temporal-server.ts';

let server: TestServer;
let bundle: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  [server, bundle] = await Promise.all([startTestServer(), bundleWorkflows()]);
});
afterAll(() => server.close());

type Behaviour = {
  readonly items: number;
  readonly itemsPerVideo?: number;
  readonly answer?: (ref: ItemRef) => Promise<{ outcome: 'answered' | 'unparsed' }>;
  readonly indexVideo?: (videoId: string) => Promise<string>;
};

/** A drive over made-up items, with the activities replaced by what the test says. */
function fakeDrive({ items, itemsPerVideo = 5, answer, indexVideo }: Behaviour) {
  const recorded: ItemEnd[] = [];
  const calls: string[] = [];
  const ends: string[] = [];
  const open = { now: 0, peak: 0 };
  const videoOf = (position: number) => `v${Math.floor(position / itemsPerVideo)}`;
  const note = async (name: string) => void calls.push(name);
  return {
    recorded,
    calls,
    ends,
    open,
    activities: {
      async planShards({ shardLimit }: { shardLimit: number }) {
        const videos = Array.from({ length: Math.ceil(items / itemsPerVideo) }, (_, n) => {
          const [from, to] = [n * itemsPerVideo, Math.min(items, (n + 1) * itemsPerVideo)];
          return { from, to, items: to - from };
        });
        return { shards: cutShards(videos, shardLimit), items };
      },
      async loadSlice({ from, to }: { from: number; to: number }) {
        const end = Math.min(to, from + 4);
        const page = Array.from({ length: end - from }, (_, n) => from + n);
        return {
          items: page.map((position) => ({
            position,
            itemId: `item-${position}`,
            sample: 0,
            workflowKey: workflowKey(`item-${position}`, 0),
            videoId: videoOf(position),
          })),
          next: end < to ? end : null,
        };
      },
      recordOutcomes: async (batch: { ends: ItemEnd[] }) => void recorded.push(...batch.ends),
      closeDrive: async ({ end }: { end: string }) => void ends.push(end),
      checkEmbedder: async () => ({
        modelId: 'm',
        modelHash: 'h',
        preprocessingId: 'p',
        dimension: 2,
      }),
      indexVideo: async ({ videoId }: { videoId: string }) => {
        await note(`index ${videoId}`);
        return indexVideo === undefined ? `index-of-${videoId}` : indexVideo(videoId);
      },
      planImageRequests: async ({ itemId }: ItemRef) => {
        await note(`plan ${itemId}`);
        return { pictures: 2 };
      },
      generateImage: ({ itemId, part }: ItemRef & { part: number }) =>
        note(`generate ${itemId} ${part}`),
      embedAndRetrieve: ({ itemId, index }: ItemRef & { index: string }) =>
        note(`retrieve ${itemId} ${index}`),
      answerQuestion: async (ref: ItemRef) => {
        open.now += 1;
        open.peak = Math.max(open.peak, open.now);
        try {
          return answer === undefined ? { outcome: 'answered' as const } : await answer(ref);
        } finally {
          open.now -= 1;
        }
      },
    },
  };
}

let runs = 0;

function input(about: Partial<EvaluateInput>): EvaluateInput {
  const queue = 'q';
  runs += 1;
  return {
    runId: `run-${runs}`,
    drive: 1,
    dataset: 'd',
    strategy: 'uniform',
    queues: { plan: queue, image: null, answer: queue, embed: null, index: null },
    window: 4,
    shardLimit: 1000,
    ...about,
  };
}

async function whileWorking<Result>(
  drive: ReturnType<typeof fakeDrive>,
  body: () => Promise<Result>,
): Promise<Result> {
  const { connection } = server;
  const common = { connection, activities: drive.activities };
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: 'videoqa', workflowBundle: bundle }),
    Worker.create({ ...common, taskQueue: 'q' }),
  ]);
  const running = workers.map((worker) => worker.run());
  try {
    return await body();
  } finally {
    workers.forEach((worker) => worker.shutdown());
    await Promise.all(running);
  }
}

const start = (about: EvaluateInput) =>
  server.client.workflow.start('evaluate', {
    workflowId: `eval/${about.runId}`,
    taskQueue: 'videoqa',
    args: [about],
  });

describe('evaluate', () => {
  it('runs every item once over several shards, with a window that stays bounded and gets filled', async () => {
    const drive = fakeDrive({
      items: 30,
      answer: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { outcome: 'answered' };
      },
    });
    const about = input({ shardLimit: 12, window: 4 });

    const result = await whileWorking(drive, async () => (await start(about)).result());

    expect(result).toEqual({ items: 30, shards: 3, isStopped: false });
    expect(new Set(drive.recorded.map(({ itemId }) => itemId)).size).toBe(30);
    expect(drive.recorded).toHaveLength(30);
    expect(drive.open.peak).toBeLessThanOrEqual(4);
    expect(drive.ends).toEqual(['completed']);
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
    const failed = server.client.workflow.getHandle(
      `eval/${about.runId}/i/${workflowKey('item-1', 0)}`,
    );
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

  it('a failure that stops the run ends admission; started items finish and are recorded', async () => {
    const drive = fakeDrive({
      items: 200,
      answer: async ({ itemId }) => {
        if (itemId !== 'item-3') return { outcome: 'answered' };
        const details = { class: 'auth', step: 'answer', attempts: 1 };
        throw ApplicationFailure.nonRetryable('the key was refused', 'auth', details);
      },
    });

    const result = await whileWorking(drive, async () => (await start(input({}))).result());

    expect(result).toMatchObject({ isStopped: true });
    expect(drive.recorded.length).toBeLessThan(100);
    expect(drive.ends).toEqual(['stopped']);
  });

  it('cancel ends the run: the answers in flight are kept, the rest is cancelled or never started', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const drive = fakeDrive({
      items: 20,
      answer: async () => {
        await held;
        return { outcome: 'answered' };
      },
    });

    await whileWorking(drive, async () => {
      const handle = await start(input({ window: 4 }));
      await expect.poll(() => drive.open.now, { timeout: 30_000 }).toBe(4);
      await handle.cancel();
      setTimeout(release, 500);
      await expect(handle.result()).rejects.toThrow('cancel');
    });

    expect(drive.recorded.filter(({ outcome }) => outcome === 'answered')).toHaveLength(4);
    expect(drive.ends).toEqual(['cancelled']);
  });

  it('setWindow(0) pauses: nothing new starts until the window is given back', async () => {
    const drive = fakeDrive({
      items: 12,
      answer: async () => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        return { outcome: 'answered' };
      },
    });

    await whileWorking(drive, async () => {
      const handle = await start(input({ window: 2 }));
      await expect.poll(() => drive.open.now, { timeout: 30_000 }).toBe(2);
      await handle.signal('setWindow', 0);
      await expect.poll(() => drive.open.now, { timeout: 30_000 }).toBe(0);
      const before = drive.open.peak;
      await new Promise((resolve) => setTimeout(resolve, 1000));
      expect(drive.open.now).toBe(0);
      expect(before).toBeLessThanOrEqual(2);
      await handle.signal('setWindow', 2);
      await handle.result();
    });

    expect(drive.recorded).toHaveLength(12);
  });

  it('an item terminated in the Temporal UI is cancelled, and the run goes on', async () => {
    const drive = fakeDrive({
      items: 3,
      answer: async ({ itemId }) => {
        if (itemId === 'item-1') await new Promise((resolve) => setTimeout(resolve, 3000));
        return { outcome: 'answered' };
      },
    });
    const about = input({});

    await whileWorking(drive, async () => {
      const handle = await start(about);
      const item = server.client.workflow.getHandle(
        `eval/${about.runId}/i/${workflowKey('item-1', 0)}`,
      );
      await expect.poll(() => drive.open.now, { timeout: 30_000 }).toBeGreaterThan(0);
      await item.terminate('by hand');
      await handle.result();
    });

    expect(drive.recorded.find(({ itemId }) => itemId === 'item-1')).toMatchObject({
      outcome: 'cancelled',
    });
  });
});

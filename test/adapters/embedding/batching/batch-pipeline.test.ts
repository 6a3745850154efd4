import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createBatcher } from '../../../../adapters/embedding/batching/batcher.ts';
import { createBatchBuffers } from '../../../../adapters/embedding/batching/batch-buffers.ts';
import { createBatchSizes } from '../../../../adapters/embedding/batching/batch-sizes.ts';
import { InferenceFailedError } from '../../../../adapters/embedding/embedding-errors.ts';
import { createMetrics } from '../../../../adapters/embedding/metrics.ts';
import {
  joinBatches,
  prepareBatch,
} from '../../../../adapters/embedding/batching/prepare-batch.ts';

/** The runtime's own words. */
const outOfMemory =
  'Non-zero status code returned while running Conv node. Failed to allocate memory for requested buffer of size 603979776';

describe('batches of a device', () => {
  it('are filled behind a busy device and padded with zeros to a bucket', async () => {
    const device = fakeDevice({ largest: 8 });

    await Promise.all([
      device.embed([1]),
      ...[2, 3, 4, 5, 6, 7].map((brightness) => device.embed([brightness])),
    ]);

    expect(device.runs).toEqual([[1], [2, 3, 4, 5, 6, 7, 0, 0]]);
  });

  it('give each picture its own vector, alone or joined with others', async () => {
    const device = fakeDevice({ largest: 4 });

    const answers = await Promise.all(
      [[9], [1, 2, 3], [4, 5], [6]].map((brightness) => device.embed(brightness)),
    );

    expect(answers.map(directions)).toEqual([[9], [1, 2, 3], [4, 5], [6]]);
  });

  it('are halved when memory runs out, and stay smaller from then on', async () => {
    const device = fakeDevice({ largest: 8, memoryForRows: 2 });
    await device.embed([1]);

    const first = await device.embed([1, 2, 3, 4, 5, 6, 7, 8]);
    const rowsBefore = device.runs.length;
    const second = await device.embed([1, 2, 3, 4, 5, 6, 7, 8]);

    expect(directions(first)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(directions(second)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(device.runs.slice(rowsBefore).every((rows) => rows.length <= 2)).toBe(true);
    expect(device.metrics().pictures).toBe(17);
    expect(device.metrics().memoryHalvings).toBeGreaterThanOrEqual(2);
  });

  it('fail their pictures when memory does not suffice for one', async () => {
    const device = fakeDevice({ largest: 2, memoryForRows: 0 });

    const embedding = device.embed([1, 2]);

    await expect(embedding).rejects.toBeInstanceOf(InferenceFailedError);
    await expect(embedding).rejects.toMatchObject({ action: 'retry' });
  });

  it('go without the pictures that cannot be decoded, which fail their own call', async () => {
    const device = fakeDevice({ largest: 4 });

    const [good, bad] = await Promise.allSettled([
      device.embed([1, 2]),
      device.embed([3, undecodable]),
    ]);

    expect(good.status).toBe('fulfilled');
    expect(bad).toMatchObject({ status: 'rejected', reason: { position: 1 } });
  });

  it('leave out the pictures of calls that were cancelled meanwhile', async () => {
    const device = fakeDevice({ largest: 1 });
    const controller = new AbortController();

    const first = device.embed([1]);
    const cancelled = device.embed([2, 3], { signal: controller.signal });
    controller.abort('no longer needed');
    await expect(cancelled).rejects.toBe('no longer needed');
    await first;
    await device.embed([4]);

    expect(device.runs).toEqual([[1], [4]]);
  });
});

describe('batches whose runs are short', () => {
  it('line up behind the one in progress when they are full, and else wait to grow', async () => {
    const device = fakeDevice({ largest: 2 });

    await device.embed([1, 2, 3, 4, 5]);

    expect(device.runs).toEqual([[1, 2], [3, 4], [5]]);
    expect(device.mostInFlight()).toBe(2);
  });

  it('do not line up when a run takes long: a query would wait for both', async () => {
    const device = fakeDevice({ largest: 2, runMs: 101 });

    await device.embed([1, 2, 3, 4, 5]);

    expect(device.mostInFlight()).toBe(1);
  });
});

describe('batches of a model with several copies', () => {
  it('keep all copies at work, and line up behind each when they are full', async () => {
    const long = fakeDevice({ largest: 1, atOnce: 2, runMs: 101 });
    const short = fakeDevice({ largest: 1, atOnce: 2, picturesAhead: 8 });

    await Promise.all([long.embed([1, 2, 3, 4, 5, 6]), short.embed([1, 2, 3, 4, 5, 6])]);

    expect(long.mostInFlight()).toBe(2);
    expect(short.mostInFlight()).toBe(4);
  });
});

describe('batches of the CPU', () => {
  it('hold one picture each', async () => {
    const device = fakeDevice({ largest: 1 });

    await device.embed([1, 2, 3, 4, 5]);

    expect(device.runs).toEqual([[1], [2], [3], [4], [5]]);
  });

  it('let a query pass the index pictures that were decoded before it came', async () => {
    const device = fakeDevice({ largest: 1, picturesAhead: 2 });

    const index = device.embed([1, 2, 3, 4, 5], { lane: 'index' });
    await device.started();
    await Promise.all([index, device.embed([9])]);

    expect(device.runs.flat().indexOf(9)).toBeLessThanOrEqual(2);
  });
});

describe('the metrics', () => {
  it('tell pictures, batches, refused calls and where the time went', async () => {
    const device = fakeDevice({ largest: 4, queueCapacity: 3 });
    await device.embed([1]);

    const refused = await Promise.allSettled([
      device.embed([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
      device.embed([1, 2, 3]),
    ]);

    expect(refused.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    const metrics = device.metrics();
    expect(metrics).toMatchObject({ pictures: 13, overloads: 1, memoryHalvings: 0 });
    expect(metrics.meanBatchSize).toBe(13 / metrics.batches);
    expect(metrics.queueWaitMs!.p95).toBeGreaterThanOrEqual(metrics.queueWaitMs!.mean / 2);
    expect(metrics.deviceBusyMs + metrics.decodeWaitMs).toBeLessThanOrEqual(metrics.elapsedMs);
  });

  it('split the time into busy, waiting for decoding, and idle', () => {
    let now = 1000;
    const { isWaitingForDecoding, ran, snapshot } = createMetrics(() => now);

    isWaitingForDecoding(true);
    now += 30;
    isWaitingForDecoding(false);
    now += 70;
    ran(60, 1);

    expect(snapshot()).toMatchObject({
      elapsedMs: 100,
      decodeWaitMs: 30,
      deviceBusyMs: 60,
      deviceBusyShare: 0.6,
      meanBatchSize: null,
      queueWaitMs: null,
    });
  });
});

const undecodable = 255;

/**
 * A batcher over a device that turns a brightness b into the direction (cos b, sin b) and takes a
 * turn of the event loop for each run.
 */
function fakeDevice(options: {
  largest: number;
  memoryForRows?: number;
  picturesAhead?: number;
  /** Runs side by side, as the device tells it. */
  atOnce?: number;
  queueCapacity?: number;
  /** As the device tells it. */
  runMs?: number;
}) {
  const { largest, memoryForRows = Infinity, queueCapacity = 100, runMs = 1 } = options;
  const inFlight = { now: 0, most: 0 };
  // The runtime's thread takes one run after the other.
  let previous = Promise.resolve();
  const runs: number[][] = [];
  let onStart: () => void;
  const started = new Promise<void>((resolve) => {
    onStart = resolve;
  });
  const metrics = createMetrics();
  const sizes = createBatchSizes(largest, runMs);
  const preparing = {
    valuesPerPicture: 1,
    rowsFor: sizes.rowsFor,
    buffers: createBatchBuffers(3),
    prepare: async ([brightness]: Uint8Array, target: Float32Array) => {
      if (brightness === undecodable) throw new Error('damaged');
      target[0] = brightness!;
    },
  };
  const batcher = createBatcher(
    {
      dimension: 2,
      sizes,
      atOnce: options.atOnce ?? 1,
      metrics,
      picturesAhead: options.picturesAhead ?? 2 * largest,
      prepare: (pictures) => prepareBatch(pictures, preparing),
      join: (batches) => joinBatches(batches, preparing),
      run: async ({ pixels, rows }) => {
        onStart();
        inFlight.now += 1;
        inFlight.most = Math.max(inFlight.most, inFlight.now);
        previous = previous.then(() => sleep(5));
        await previous;
        inFlight.now -= 1;
        if (rows > memoryForRows) throw new InferenceFailedError(outOfMemory);
        runs.push([...pixels]);
        const vectors = Float32Array.from(
          [...pixels].flatMap((angle) => [3 * Math.cos(angle), 3 * Math.sin(angle)]),
        );
        return { vectors, elapsedMs: runMs };
      },
    },
    queueCapacity,
  );
  return {
    runs,
    started: () => started,
    mostInFlight: () => inFlight.most,
    metrics: metrics.snapshot,
    embed: (
      brightness: readonly number[],
      { lane = 'query', signal }: { lane?: 'query' | 'index'; signal?: AbortSignal } = {},
    ) =>
      batcher.embed(
        brightness.map((value) => Uint8Array.of(value)),
        lane,
        signal,
      ),
  };
}

/** The brightnesses that unit vectors stand for, 0 to 2 pi apart. */
function directions({ vectors }: { vectors: Float32Array }): number[] {
  return Array.from({ length: vectors.length / 2 }, (_, row) => {
    const angle = Math.atan2(vectors[2 * row + 1]!, vectors[2 * row]!);
    const turned = Math.round((angle + 2 * Math.PI) * 1000) / 1000;
    return [1, 2, 3, 4, 5, 6, 7, 8, 9].find(
      (value) => Math.abs(Math.sin((value - turned) / 2)) < 0.01,
    )!;
  });
}

import { once } from 'node:events';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EmbeddingThreadDiedError } from '../../../../adapters/embedding/embedding-errors.ts';
import type { ModelInput } from '../../../../adapters/embedding/runtime/inference-messages.ts';
import { copiesFor, openCopies } from '../../../../adapters/embedding/runtime/inference-copies.ts';
import { modelFolder } from '../pictures.ts';

const mebibyte = 2 ** 20;

describe('the copies of a model on the CPU', () => {
  it.each([
    [64 * mebibyte, { copies: 8, threads: 1 }],
    [64 * mebibyte + 1, { copies: 1, threads: 8 }],
  ])('of %i bytes are as many as its memory is worth', (modelBytes, copies) => {
    expect(copiesFor(modelBytes, 8)).toEqual(copies);
  });

  it('share the runs, and each gives the same bits', async () => {
    const threads = watchThreads();
    const copies = await open(3);

    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => copies.run([picture()])));
    await copies.close();

    expect(copies.atOnce).toBe(3);
    expect(threads.map(({ runs }) => runs)).toEqual([2, 2, 2]);
    expect(new Set(answers.map(({ vectors }) => vectors.join())).size).toBe(1);
  });

  it('have died when one has: runs that ended their thread are to blame, new ones are refused', async () => {
    process.env['VIDEOQA_CRASH_AT'] = 'thread-running:2';
    onTestFinished(() => void delete process.env['VIDEOQA_CRASH_AT']);
    const threads = watchThreads();
    const copies = await open(2);

    const ends = Promise.allSettled([1, 2, 3, 4].map(() => copies.run([picture()])));
    const death = await copies.died;
    const late = copies.run([picture()]);
    await expect(late).rejects.toBe(death);
    await copies.close();

    expect(death).toMatchObject({ endedThread: false });
    expect(await ends).toMatchObject([
      { status: 'fulfilled' },
      { status: 'fulfilled' },
      { status: 'rejected', reason: { endedThread: true } },
      // Its thread ended while it was being closed, or before.
      { status: 'rejected', reason: { endedThread: true } },
    ]);
    expect(death).toBeInstanceOf(EmbeddingThreadDiedError);
    await Promise.all(threads.map(({ ended }) => ended));
  });

  it('end the runs that they have before they close', async () => {
    const copies = await open(2);
    const ends = Promise.allSettled([1, 2, 3].map(() => copies.run([picture()])));
    await copies.close();

    expect((await ends).map(({ status }) => status)).toEqual(Array(3).fill('fulfilled'));
  });

  it('leave no thread behind when they cannot be loaded', async () => {
    const threads = watchThreads();

    await expect(open(2, 'missing.onnx')).rejects.toThrow(/missing\.onnx/);

    expect(threads).toHaveLength(2);
    await Promise.all(threads.map(({ ended }) => ended));
  });
});

function open(copies: number, file = 'vision_model.onnx') {
  return openCopies(
    {
      modelPath: join(modelFolder('plain'), 'onnx', file),
      device: 'cpu',
      outputNames: ['pooler_output'],
      warmUp: [picture()],
    },
    { copies, threads: 1 },
  );
}

function picture(): ModelInput {
  const values = Float32Array.from({ length: 3 * 32 * 32 }, (_, at) => Math.sin(at));
  return { name: 'pixel_values', type: 'float32', values, dims: [1, 3, 32, 32] };
}

type Watched = { runs: number; readonly ended: Promise<unknown> };

/** The threads that are started from now on, and how many runs each is asked for. */
function watchThreads(): Watched[] {
  const threads: Watched[] = [];
  const watch = (thread: Worker): void => {
    const watched: Watched = { runs: 0, ended: once(thread, 'exit') };
    threads.push(watched);
    const post = thread.postMessage.bind(thread);
    thread.postMessage = (message: { readonly kind: string }, transfer) => {
      if (message.kind === 'run') watched.runs += 1;
      post(message, transfer as never);
    };
  };
  process.on('worker', watch);
  onTestFinished(() => void process.off('worker', watch));
  return threads;
}

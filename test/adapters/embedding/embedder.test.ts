import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Embedder, openEmbedder } from '../../../adapters/embedding/embedder.ts';
import {
  BadPictureError,
  BadVectorError,
  EmbedderClosedError,
  EmbeddingQueueFullError,
  EmbeddingThreadDiedError,
} from '../../../adapters/embedding/embedding-errors.ts';
import { threadsPerRun } from '../../../adapters/embedding/runtime/device-threads.ts';
import { copiesFor } from '../../../adapters/embedding/runtime/inference-copies.ts';
import { differentPictures, gradient, modelFolder, plainPicture } from './pictures.ts';

/** What ONNX Runtime's Python gives for `gradient()`, prepared with numpy and scaled to length 1. */
const gradientByPython = {
  plain: [-0.426828, -0.304143, -0.637025, -0.344798, 0.074576, -0.366345, 0.246602, -0.006726],
  images: [-0.483466, -0.30466, -0.500872, -0.308434, 0.023857, -0.42846, 0.30913, -0.218474],
};

describe('an embedder', () => {
  let embedder: Embedder;
  beforeAll(async () => {
    embedder = await open('plain');
  });
  afterAll(() => embedder.close());

  it('tells its weights, its preparation and its dimension', () => {
    const file = readFileSync(join(modelFolder('plain'), 'onnx/vision_model.onnx'));

    expect(embedder).toMatchObject({
      modelId: 'test/plain',
      modelHash: createHash('sha256').update(file).digest('hex'),
      preprocessingId: 'squash-32x32-cubic-mean0.5-std0.5-pillow1',
      dimension: 8,
    });
  });

  it('gives the vector that Python gives', async () => {
    const { vectors } = await embedder.embed([await gradient().png().toBuffer()]);

    expectClose(vectors, gradientByPython.plain);
  });

  it('reads mean, deviation and kernel from the folder, and the output of a whole model', async () => {
    const other = await open('images');
    try {
      const { vectors } = await other.embed([await gradient().png().toBuffer()]);

      expect(other.preprocessingId).toBe(
        'squash-32x32-linear-mean0.48_0.46_0.41-std0.27_0.26_0.28-pillow1',
      );
      expectClose(vectors, gradientByPython.images);
    } finally {
      await other.close();
    }
  });

  it('gives each picture the same bits, alone or among others, in whatever order calls arrive', async () => {
    const pictures = await differentPictures(70);
    const alone: Float32Array[] = [];
    for (const picture of pictures) alone.push((await embedder.embed([picture])).vectors);
    const calls = [
      [69, 3, 3, 41],
      Array.from({ length: 70 }, (_, n) => (n * 37) % 70),
      [12],
      Array.from({ length: 33 }, (_, n) => 69 - n),
    ];

    const answers = await Promise.all(
      calls.map((call, n) =>
        embedder.embed(
          call.map((picture) => pictures[picture]!),
          { lane: n % 2 === 0 ? 'query' : 'index' },
        ),
      ),
    );

    answers.forEach(({ vectors }, n) => {
      expect(vectors).toHaveLength(calls[n]!.length * embedder.dimension);
      calls[n]!.forEach((picture, row) => {
        const vector = vectors.subarray(row * 8, (row + 1) * 8);
        expect(Buffer.from(vector.slice().buffer)).toEqual(Buffer.from(alone[picture]!.buffer));
        expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
      });
    });
  });

  it('gives gray, transparent, palette and 16-bit pictures the vector of their plain twin', async () => {
    const [plain] = await rowsFor(embedder, [await plainPicture('rgb(90,90,90)')]);

    const variants = await rowsFor(embedder, [
      await gray().toColourspace('b-w').png().toBuffer(),
      await gray().toColourspace('b-w').jpeg({ quality: 100 }).toBuffer(),
      await gray().ensureAlpha(0.2).png().toBuffer(),
      await gray().png({ palette: true }).toBuffer(),
      await gray().toColourspace('rgb16').png().toBuffer(),
      await gray().webp({ lossless: true }).toBuffer(),
    ]);

    for (const variant of variants) expectClose(variant, [...plain!], 2);
  });

  it('drops transparency without blending, where colours differ from pixel to pixel', async () => {
    const opaque = await gradient(64).png().toBuffer();
    const alpha = Buffer.from(Uint8Array.from({ length: 64 * 64 }, (_, at) => (at * 7) % 256));
    const transparent = await gradient(64)
      .joinChannel(alpha, { raw: { width: 64, height: 64, channels: 1 } })
      .png()
      .toBuffer();

    const [expected, found] = await rowsFor(embedder, [opaque, transparent]);

    expect(found).toEqual(expected);
  });

  it('ignores the EXIF rotation', async () => {
    const upright = await gradient().jpeg({ quality: 100 }).toBuffer();
    const tagged = await gradient()
      .jpeg({ quality: 100 })
      .withMetadata({ orientation: 6 })
      .toBuffer();

    const [expected, found] = await rowsFor(embedder, [upright, tagged]);

    expect(found).toEqual(expected);
  });

  it('takes CMYK pictures, close to their RGB twin', async () => {
    const cmyk = await gradient().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();

    const [found] = await rowsFor(embedder, [cmyk]);

    const cosine = found!.reduce((sum, value, at) => sum + value * gradientByPython.plain[at]!, 0);
    expect(cosine).toBeGreaterThan(0.9);
  });

  it.each([
    ['a text', () => Promise.resolve(new TextEncoder().encode('no picture'))],
    ['an empty file', () => Promise.resolve(new Uint8Array())],
    ['a JPEG cut short', async () => firstHalf(await gradient(64).jpeg().toBuffer())],
    ['a PNG cut short', async () => firstHalf(await gradient(64).png().toBuffer())],
    ['a WebP cut short', async () => firstHalf(await gradient(64).webp().toBuffer())],
    ['a GIF', () => gradient().gif().toBuffer()],
    ['a picture of more than 40 megapixels', () => plainPicture('red', 8000, 5001)],
  ])('names the position of %s and embeds what other calls ask for', async (_, makeBad) => {
    const good = await plainPicture('red');
    const bad = await makeBad();

    const [refused, answered] = await Promise.allSettled([
      embedder.embed([good, good, bad, good]),
      embedder.embed([good]),
    ]);

    expect(refused).toMatchObject({
      status: 'rejected',
      reason: { position: 2, failureClass: 'bad_media', action: 'fail' },
    });
    expect((refused as PromiseRejectedResult).reason).toBeInstanceOf(BadPictureError);
    expect(answered.status).toBe('fulfilled');
  });

  it('embeds nothing as nothing', async () => {
    expect(await embedder.embed([])).toEqual({ vectors: new Float32Array() });
  });

  it('throws the reason of an aborted signal and goes on', async () => {
    const pictures = await differentPictures(40);
    const { signal, abort } = abortable();

    const aborted = embedder.embed(pictures, { signal });
    abort('no longer needed');

    await expect(aborted).rejects.toBe('no longer needed');
    await expect(embedder.embed(pictures, { signal })).rejects.toBe('no longer needed');
    expect((await embedder.embed(pictures)).vectors).toHaveLength(320);
  });

  it('refuses more than its queue holds, but takes one large call', async () => {
    const picture = await plainPicture('red', 8, 8);
    const many = Array.from({ length: 2049 }, () => picture);

    const { signal, abort } = abortable();
    const first = embedder.embed(many, { lane: 'index', signal }).catch((error: unknown) => error);
    const second = await embedder.embed(many).catch((error: unknown) => error);
    abort('enough');

    expect(second).toBeInstanceOf(EmbeddingQueueFullError);
    expect(await first).toBe('enough');
    expect((await embedder.embed(many.slice(0, 50))).vectors).toHaveLength(400);
  });
});

describe('an embedder whose model is slow', () => {
  it('answers a query before the index pictures that came first', async () => {
    const embedder = await open('slow');
    try {
      // So many that the query is not the last, however unevenly the copies come to run.
      const pictures = await differentPictures(8);
      const finished: string[] = [];

      await Promise.all([
        embedder.embed(pictures, { lane: 'index' }).then(() => finished.push('index')),
        embedder.embed(pictures.slice(0, 1)).then(() => finished.push('query')),
      ]);

      expect(finished).toEqual(['query', 'index']);
    } finally {
      await embedder.close();
    }
  });

  it('leaves the event loop free during a run', async () => {
    const embedder = await open('slow');
    const picture = await plainPicture('red');
    let ticks = 0;
    let largestGapMs = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      largestGapMs = Math.max(largestGapMs, performance.now() - last);
      last = performance.now();
      ticks += 1;
    }, 5);

    await embedder.embed([picture]);

    clearInterval(timer);
    await embedder.close();
    console.log(`largest gap of the event loop during a run: ${largestGapMs.toFixed(0)} ms`);
    expect(ticks).toBeGreaterThan(3);
  });

  it('finishes the batch in progress on close and refuses what comes after', async () => {
    const embedder = await open('slow');
    const pictures = await differentPictures(3);

    const inProgress = embedder.embed(pictures.slice(0, 1));
    while (embedder.metrics().batches === 0) await sleep(5);
    const waiting = Promise.allSettled([embedder.embed(pictures)]);
    await Promise.all([embedder.close(), embedder.close()]);

    expect((await inProgress).vectors).toHaveLength(8);
    expect((await waiting)[0]).toMatchObject({ reason: expect.any(EmbedderClosedError) });
    await expect(embedder.embed(pictures)).rejects.toBeInstanceOf(EmbedderClosedError);
  });
});

describe('an embedder whose model gives NaN', () => {
  it('names the picture and answers the others', async () => {
    const embedder = await open('not-finite');
    try {
      const white = await plainPicture('white');
      const black = await plainPicture('black');

      const [refused, answered] = await Promise.allSettled([
        embedder.embed([white, black]),
        embedder.embed([white]),
      ]);

      expect(refused).toMatchObject({
        reason: { position: 1, failureClass: 'embedding_failed', action: 'fail' },
      });
      expect((refused as PromiseRejectedResult).reason).toBeInstanceOf(BadVectorError);
      expect(answered.status).toBe('fulfilled');
    } finally {
      await embedder.close();
    }
  });
});

describe('an embedder whose thread dies', () => {
  const { copies } = copiesFor(0, threadsPerRun());

  it('rejects what waits and starts its threads once for the calls that follow', async () => {
    const threads: Worker[] = [];
    const count = (thread: Worker): void => void threads.push(thread);
    process.on('worker', count);
    const embedder = await open('plain');
    const pictures = await differentPictures(5);
    const before = await embedder.embed(pictures);

    // Asked for when the thread is gone and nobody has heard of it: no other copy can be faster.
    const refused = new Promise<PromiseSettledResult<unknown>[]>((resolve) => {
      threads[0]!.prependOnceListener('exit', () => {
        resolve(Promise.allSettled([embedder.embed(pictures), embedder.embed(pictures)]));
      });
    });
    await threads[0]!.terminate();
    const ends = await refused;
    const after = await Promise.all([embedder.embed(pictures), embedder.embed(pictures)]);
    await embedder.close();
    process.off('worker', count);

    expect(ends).toHaveLength(2);
    for (const end of ends) {
      expect(end).toMatchObject({ reason: expect.any(EmbeddingThreadDiedError) });
    }
    expect(after).toEqual([before, before]);
    expect(threads).toHaveLength(2 * copies);
  });

  it('blames the pictures that the thread had, and no others', async () => {
    process.env['VIDEOQA_CRASH_AT'] = 'thread-running:4';
    const embedder = await open('slow');
    try {
      const pictures = await differentPictures(12);

      const ends = await Promise.allSettled(pictures.map((picture) => embedder.embed([picture])));

      const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
      const blamed = errors.filter(({ endedThread }) => endedThread === true);
      expect(errors.length).toBeGreaterThan(blamed.length);
      expect(blamed.length).toBeGreaterThan(0);
      // Each thread ends at its fourth run, and one may do so before the others are closed.
      expect(blamed.length).toBeLessThanOrEqual(copies);
      expect((await embedder.embed(pictures)).vectors.length).toBeGreaterThan(0);
    } finally {
      delete process.env['VIDEOQA_CRASH_AT'];
      await embedder.close();
    }
  });

  it('closes cleanly when the thread is gone already', async () => {
    let thread: Worker | undefined;
    process.once('worker', (started) => (thread = started));
    const embedder = await open('plain');
    await thread!.terminate();

    await embedder.close();

    await expect(embedder.embed([])).rejects.toBeInstanceOf(EmbedderClosedError);
  });
});

function open(name: Parameters<typeof modelFolder>[0]): Promise<Embedder> {
  return openEmbedder({ modelId: `test/${name}`, path: modelFolder(name), device: 'cpu' });
}

/** One gray, the same as rgb(90,90,90), to be saved in many ways. */
function gray(): Sharp {
  return gradient(40).modulate({ saturation: 0 }).linear(0, 90);
}

function abortable(): { signal: AbortSignal; abort: (reason: unknown) => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
}

function firstHalf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length / 2);
}

async function rowsFor(embedder: Embedder, pictures: Uint8Array[]): Promise<Float32Array[]> {
  const { vectors } = await embedder.embed(pictures);
  const { dimension } = embedder;
  return pictures.map((_, row) => vectors.subarray(row * dimension, (row + 1) * dimension));
}

function expectClose(found: Float32Array, expected: readonly number[], digits = 5): void {
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, at) => expect(found[at]).toBeCloseTo(value, digits));
}

import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Embedder } from '../../activities/embedder.ts';
import { createQuarantine } from '../../activities/quarantine.ts';
import { createIndexActivities } from '../../activities/index-video.ts';
import type { ImportedEmbeddings } from '../../activities/check-imported.ts';
import { readFrameIndex, writeFrameIndex } from '../../adapters/index-files/frame-index.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { inActivity, openTestStores } from '../support/fakes-activity.ts';
import { framesOf, sourcesOf, stepSpec, videoFrames } from '../support/fakes-item-steps.ts';

const identity = { modelId: 'tiny', modelHash: 'f'.repeat(64), preprocessingId: 'p', dimension: 4 };

let stores: Stores;
let embedded: number;
beforeEach(async () => {
  stores = await openTestStores();
  embedded = 0;
});
afterEach(() => stores.close());

/** A unit vector that depends on the bytes alone. */
function vectorOf(bytes: Uint8Array): number[] {
  const values = [...createHash('sha256').update(bytes).digest().subarray(0, 4)];
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

/** Embeds at most `limit` pictures, then its process is gone. */
function embedderOf(limit = Number.POSITIVE_INFINITY): Embedder {
  return {
    ...identity,
    async embed(pictures) {
      if (embedded + pictures.length > limit) throw new Error('the process is gone');
      embedded += pictures.length;
      return { vectors: new Float32Array(pictures.flatMap(vectorOf)) };
    },
    embedTexts: () => Promise.reject(new Error('indexing embeds no text')),
  };
}

type Scene = {
  frameCount?: number;
  embedder?: Embedder;
  imported?: (videoId: string) => ImportedEmbeddings | null;
  videos?: readonly string[];
  attempt?: number;
};

function activities({ frameCount = 150, embedder = embedderOf(), imported, videos }: Scene) {
  const spec = stepSpec();
  const embeddings = imported === undefined ? null : 'embeddings';
  return createIndexActivities({
    sources: sourcesOf({ ...spec, dataset: { ...spec.dataset, embeddings } }, videos),
    frames: framesOf(
      (videos ?? ['v0']).flatMap((videoId) =>
        videoFrames(frameCount).map((frame) => ({ ...frame, videoId })),
      ),
    ),
    blobs: stores.blobs,
    guarded: createQuarantine({ mediaWork: stores.mediaWork, processId: 'p1' }),
    indexes: stores.indexes,
    media: stores.media,
    embedder: async () => embedder,
    importedEmbeddings: async (_, videoId) => imported?.(videoId) ?? null,
    writeFrameIndex,
  });
}
const heartbeats: unknown[] = [];
const indexing = (scene: Scene = {}) =>
  inActivity(
    () => activities(scene).indexVideo({ runId: 'r1', videoId: 'v0', embedder: identity }),
    { heartbeats, attempt: scene.attempt ?? 1 },
  );
const checking = (scene: Scene) =>
  inActivity(() => activities(scene).checkEmbedder({ runId: 'r1' }));

function importedOf(frameCount: number, changes: Partial<ImportedEmbeddings> = {}) {
  const names = videoFrames(frameCount).map(({ name }) => name);
  const rows = names.flatMap((name) => vectorOf(new TextEncoder().encode(name)));
  return {
    frameNames: names,
    vectors: new Float32Array(rows),
    dimension: 4,
    fileHash: 'a'.repeat(64),
    model: null,
    ...changes,
  };
}

describe('indexVideo', () => {
  it('embeds every frame as stored, in order', async () => {
    const index = readFrameIndex(await stores.blobs.get(await indexing({ frameCount: 70 })));

    expect(index).toMatchObject({ modelHash: identity.modelHash, dimension: 4 });
    expect(index.frameNames).toEqual(videoFrames(70).map(({ name }) => name));
    const last = [...index.vectors.subarray(69 * 4)];
    const expected = vectorOf(new TextEncoder().encode('frame_69.jpg'));
    for (const [place, value] of expected.entries()) expect(last[place]).toBeCloseTo(value, 5);
  });

  it('does nothing for a video that is indexed', async () => {
    const first = await indexing();

    expect(await indexing({ embedder: embedderOf(0) })).toBe(first);
    expect(embedded).toBe(150);
  });

  it('goes on where a lost worker stopped: its chunks survive', async () => {
    await expect(indexing({ embedder: embedderOf(128) })).rejects.toThrow('the process is gone');

    await indexing();

    expect(embedded).toBe(150);
  });

  it('gives one index when two workers make it at once', async () => {
    const [one, other] = await Promise.all([indexing(), indexing()]);

    expect(one).toBe(other);
  });

  it('tells that it lives after every chunk', async () => {
    heartbeats.length = 0;

    await indexing();

    expect(heartbeats).toEqual([64, 128, 150]);
  });

  it('refuses weights other than those of the run', async () => {
    const embedder = { ...embedderOf(), modelHash: 'e'.repeat(64) };

    await expect(indexing({ embedder })).rejects.toMatchObject({
      failureClass: 'embedding_failed',
      action: 'fail',
    });
  });

  it('ends after ten tries of a frame that cannot be read', async () => {
    const embedder = {
      ...embedderOf(),
      embed: () => Promise.reject(new StepError('storage', 'retry', 'cannot be read (EIO)')),
    };

    await expect(indexing({ embedder, attempt: 9 })).rejects.toMatchObject({ action: 'retry' });
    await expect(indexing({ embedder, attempt: 10 })).rejects.toMatchObject({ action: 'fail' });
  });

  it('D14: takes imported embeddings over without embedding a frame', async () => {
    const artifact = await indexing({ frameCount: 5, imported: () => importedOf(5) });

    expect(embedded).toBe(0);
    expect(readFrameIndex(await stores.blobs.get(artifact)).frameNames).toHaveLength(5);
  });

  it('refuses imported embeddings that name another model, and names both', async () => {
    const model = { ...identity, modelId: 'huge', modelHash: 'e'.repeat(64) };

    await expect(indexing({ imported: () => importedOf(5, { model }) })).rejects.toThrow(
      /made by huge \(fp32, weights e{12}.* is tiny \(fp32, weights f{12}/,
    );
  });

  it('prepares pictures as this worker does, when it was upgraded in the middle of a drive', async () => {
    const embedder = { ...embedderOf(), preprocessingId: 'newer' };

    const index = readFrameIndex(await stores.blobs.get(await indexing({ embedder })));

    expect(index.preprocessingId).toBe('newer');
  });

  it('keeps the times of the frames in the index', async () => {
    const { frameTimes } = readFrameIndex(await stores.blobs.get(await indexing()));

    expect(frameTimes.slice(0, 3)).toEqual([0, 0.5, 1]);
  });

  it('D14: refuses imported embeddings of another dimension', async () => {
    const imported = () => importedOf(5, { dimension: 2 });

    await expect(indexing({ imported })).rejects.toMatchObject({
      failureClass: 'embedding_failed',
    });
  });
});

describe('checkEmbedder', () => {
  it('tells which model it is, and embeds nothing where nothing is imported', async () => {
    expect(await checking({})).toEqual(identity);
    expect(embedded).toBe(0);
  });

  it.each([
    ['one video', ['v0'], 3],
    ['two videos', ['v0', 'v1'], 4],
    ['many videos', ['v0', 'v1', 'v2', 'v3'], 3],
  ])('D14: embeds at least three frames of %s again', async (_, videos, frames) => {
    await checking({ imported: () => importedOf(150), videos });

    expect(embedded).toBe(frames);
  });

  it('D14: refuses rows that another model made', async () => {
    const vectors = importedOf(150).vectors.map((value, at) => (at % 4 === 0 ? -value : value));

    await expect(checking({ imported: () => importedOf(150, { vectors }) })).rejects.toMatchObject({
      failureClass: 'embedding_failed',
      message: expect.stringMatching(/cosine -?0\.\d{4}.*leave --embeddings-path out/),
    });
  });

  it('D14: refuses another dimension, and names both', async () => {
    const imported = () => importedOf(150, { dimension: 2 });

    await expect(checking({ imported })).rejects.toThrow(/have 2 values a row, tiny has 4/);
  });

  it('D18: refuses a row without a frame', async () => {
    await expect(
      checking({ imported: () => importedOf(150), frameCount: 60 }),
    ).rejects.toMatchObject({ failureClass: 'frames_missing' });
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Embedder } from '../../activities/embedder.ts';
import { createQuarantine } from '../../activities/quarantine.ts';
import { createEmbedRetrieveActivities } from '../../activities/embed-retrieve.ts';
import { writeFrameIndex } from '../../adapters/index-files/frame-index.ts';
import type { RunSpec } from '../../domain/run-spec.ts';
import type { EmbedderIdentity } from '../../domain/workflow-contract.ts';
import type { RetrieveResult } from '../../domain/step-results.ts';
import { createIndexOpener } from '../../workers/open-frame-index.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { inActivity, openTestStores } from '../support/fakes-activity.ts';
import {
  createSampleRun,
  framesOf,
  leaveResult,
  planOf,
  readerOf,
  recorderOf,
  ref,
  stepSpec,
  videoFrames,
} from '../support/fakes-item-steps.ts';

const modelHash = 'f'.repeat(64);
/** Frame n of 12 points at n x 15 degrees. */
const frameCount = 12;
const pointing = (degrees: number) => {
  const angle = (degrees * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle)];
};
const frameVectors = Array.from({ length: frameCount }, (_, n) => pointing(n * 15)).flat();

let stores: Stores;
let embedded: Uint8Array[];
let texts: string[];
let indexedAgain: string[];
let index: string;
beforeEach(async () => {
  stores = await openTestStores();
  embedded = [];
  texts = [];
  indexedAgain = [];
  await createSampleRun(stores);
  await leaveResult(stores, 'plan', 0, planOf(1, 2));
  index = await stores.blobs.put(indexBy(embedder));
});
afterEach(() => stores.close());

function indexBy({ modelId, modelHash: weights, preprocessingId }: EmbedderIdentity) {
  return writeFrameIndex({
    modelId,
    modelHash: weights,
    preprocessingId,
    dimension: 2,
    frameNames: videoFrames(frameCount).map(({ name }) => name),
    vectors: new Float32Array(frameVectors),
    videoFingerprint: 'v'.repeat(64),
  });
}

/** The generated picture of each part, as text: the degrees it points at. */
async function leavePictures(...degrees: number[]): Promise<void> {
  for (const [part, angle] of degrees.entries()) {
    const artifact = await stores.blobs.put(new TextEncoder().encode(String(angle)));
    const picture = { artifact, width: 4, height: 4, source: 'generated', fallbackClass: null };
    await leaveResult(stores, 'generate', part, picture);
  }
}

const embedder: Embedder = {
  modelId: 'tiny',
  modelHash,
  preprocessingId: 'p',
  dimension: 2,
  async embed(pictures) {
    embedded.push(...pictures);
    const angles = pictures.map((bytes) => Number(new TextDecoder().decode(bytes)) || 0);
    return { vectors: new Float32Array(angles.flatMap(pointing)) };
  },
  async embedTexts(asked) {
    texts.push(...asked);
    const truncated = asked.map((text) => text.length > 40);
    return { vectors: new Float32Array(asked.flatMap(() => pointing(46))), truncated };
  },
};

function retrieving(
  strategy: Partial<RunSpec['strategy']>,
  { frames = frameCount, worker = embedder } = {},
) {
  const { embedAndRetrieve } = createEmbedRetrieveActivities({
    reader: readerOf(stepSpec(strategy)),
    frames: framesOf(videoFrames(frames)),
    blobs: stores.blobs,
    guarded: createQuarantine({ mediaWork: stores.mediaWork, processId: 'p1' }),
    recordStep: recorderOf(stores),
    embedder: async () => worker,
    openIndex: createIndexOpener(stores.blobs),
    indexAgain: async ({ videoId, embedder: model }) => {
      indexedAgain.push(videoId);
      return stores.blobs.put(indexBy(model));
    },
  });
  return inActivity(() => embedAndRetrieve({ ...ref, index, modelHash }));
}
const result = async () =>
  (await stores.steps.ofItem('r1', 'q0', 0)).findLast(({ step }) => step === 'embed-retrieve')
    ?.result as RetrieveResult;
const chosenIds = async () => (await result()).chosen.map(({ frame_id }) => frame_id);

describe('embedAndRetrieve', () => {
  it('B9: finds the frames most similar to each picture, top-k each', async () => {
    await leavePictures(149, 14);

    await retrieving({ topK: 2, answerFrames: null });

    const { retrieved } = await result();
    expect(retrieved.map(({ frame_id, rank, query }) => ({ frame_id, rank, query }))).toEqual([
      { frame_id: 10, rank: 1, query: 0 },
      { frame_id: 1, rank: 1, query: 1 },
      { frame_id: 9, rank: 2, query: 0 },
      { frame_id: 0, rank: 2, query: 1 },
    ]);
    expect(retrieved[0]?.score).toBeCloseTo(Math.cos(Math.PI / 180));
    expect(retrieved[0]).toMatchObject({ video_id: 'v0', time_s: 5 });
  });

  it('D23: sends the query pictures alone to the embedder; frames are compared where they are', async () => {
    await leavePictures(149, 14);

    await retrieving({ topK: 2, answerFrames: null });

    const sent = embedded.map((bytes) => new TextDecoder().decode(bytes));
    expect(sent).toEqual(['149', '14']);
  });

  it('B10: takes a frame that two pictures find once, at its best place', async () => {
    await leavePictures(75, 76);

    await retrieving({ topK: 3, answerFrames: null });

    const ids = (await result()).retrieved.map(({ frame_id }) => frame_id);
    expect(ids.toSorted((left, right) => left - right)).toEqual([4, 5, 6]);
  });

  it('B9: takes every frame of a video that is shorter than top-k', async () => {
    await leavePictures(149, 14);

    await retrieving({ topK: 50, answerFrames: null });

    expect(await chosenIds()).toHaveLength(frameCount);
  });

  it.each([1, 5, 8, 12, 40])('chooses exactly min(%i, available) frames', async (answerFrames) => {
    await leavePictures(75, 75);

    await retrieving({ topK: 2, answerFrames });

    expect(new Set(await chosenIds()).size).toBe(Math.min(answerFrames, frameCount));
  });

  it('D3: shows frames in the order of time, not of their names', async () => {
    await leavePictures(149, 14);

    await retrieving({ topK: 2, answerFrames: null, frameOrder: 'time' });

    expect(await chosenIds()).toEqual([0, 1, 9, 10]);
  });

  it("D3: shows them in the original's order of names where that is asked for", async () => {
    await leavePictures(149, 29);

    await retrieving({ topK: 2, answerFrames: null, frameOrder: 'path' });

    expect(await chosenIds()).toEqual([1, 10, 2, 9]);
  });

  it('embeds the reference frames themselves, as stored, for the control', async () => {
    await retrieving({ name: 'unedited-reference' });

    const sent = embedded.map((bytes) => new TextDecoder().decode(bytes));
    expect(sent).toEqual(['frame_1.jpg', 'frame_2.jpg']);
  });

  it('searches with the bare question for text-top-k, and plans no picture', async () => {
    await retrieving({ name: 'text-top-k', textQuery: 'question', topK: 2, answerFrames: null });

    expect(texts).toEqual(['What does the man hold?']);
    expect(embedded).toEqual([]);
    expect(await chosenIds()).toEqual([3, 4]);
    const textQuery = { text: 'What does the man hold?', truncated: false };
    expect(await result()).toMatchObject({ textQuery });
  });

  it('records the options of a text query, and that the model read only its beginning', async () => {
    const textQuery = 'question-with-options';

    await retrieving({ name: 'text-top-k', textQuery, topK: 2 });

    const text = 'What does the man hold? a cup a key';
    expect(texts).toEqual([text]);
    expect(await result()).toMatchObject({ textQuery: { text, truncated: false } });
  });

  it('indexes a video anew whose pictures were prepared otherwise, before an upgrade', async () => {
    await leavePictures(149, 14);
    const worker = { ...embedder, preprocessingId: 'other' };

    await retrieving({ topK: 2, answerFrames: null }, { worker });

    expect(indexedAgain).toEqual(['v0']);
    expect(await chosenIds()).toEqual([0, 1, 9, 10]);
  });

  it('refuses an index of other weights, and names both models', async () => {
    await leavePictures(149, 14);
    index = await stores.blobs.put(indexBy({ ...embedder, modelHash: 'e'.repeat(64) }));

    await expect(retrieving({})).rejects.toThrow(
      /made by tiny \(fp32, weights e{12}, p, 2 values\).* tiny \(fp32, weights f{12}, p, 2 values\)/,
    );
  });

  it('refuses to compare with the weights of another model', async () => {
    await leavePictures(149, 14);
    const worker = { ...embedder, modelHash: 'e'.repeat(64) };

    await expect(retrieving({}, { worker })).rejects.toMatchObject({
      failureClass: 'embedding_failed',
      action: 'fail',
      message: expect.stringContaining('start the worker with the run'),
    });
    expect(embedded).toEqual([]);
  });

  it('D4, D5: fails, and does not hang, when a frame of the index is not in the folder', async () => {
    await leavePictures(149, 14);

    await expect(retrieving({}, { frames: 5 })).rejects.toMatchObject({
      failureClass: 'frames_missing',
    });
  });

  it('fails when a picture is missing', async () => {
    await leavePictures(149);

    await expect(retrieving({})).rejects.toMatchObject({
      failureClass: 'storage',
      message: 'The record of step generate, part 1, is missing',
    });
  });
});

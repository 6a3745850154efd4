import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAnswerActivities } from '../../activities/answer.ts';
import type { AskChat } from '../../activities/ask-chat.ts';
import type { Embedder } from '../../activities/embedder.ts';
import { createEmbedRetrieveActivities } from '../../activities/embed-retrieve.ts';
import { createGenerateActivities } from '../../activities/generate.ts';
import { createPlanActivities } from '../../activities/plan.ts';
import { createQuarantine } from '../../activities/quarantine.ts';
import { writeFrameIndex } from '../../adapters/index-files/frame-index.ts';
import type { Item } from '../../domain/item.ts';
import type { Step } from '../../domain/outcome.ts';
import type { RunSpec } from '../../domain/run-spec.ts';
import { shownFrame } from '../../domain/frames/shown-frame.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import type { AnswerResult, PlanResult, RetrieveResult } from '../../domain/step-results.ts';
import { createIndexOpener } from '../../workers/open-frame-index.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { inActivity, openTestStores } from '../support/fakes-activity.ts';
import {
  createSampleRun,
  framesOf,
  item,
  leaveResult,
  planOf,
  readerOf,
  recorderOf,
  ref,
  stepSpec,
  videoFrames,
} from '../support/fakes-item-steps.ts';

const lengths = { v0: 16, v1: 3 };
const all = [...videoFrames(lengths.v0), ...videoFrames(lengths.v1, 'v1')];
const frames = framesOf(all);
const pair: Item = { ...item, videoIds: ['v0', 'v1'] };
const modelHash = 'f'.repeat(64);

let stores: Stores;
let asked: Parameters<AskChat>[0][];
beforeEach(async () => {
  stores = await openTestStores();
  asked = [];
  await createSampleRun(stores);
});
afterEach(() => stores.close());

function steps(spec: RunSpec, { about = pair, reply = '{"answer": "A"}' } = {}) {
  return {
    reader: readerOf(spec, about),
    frames,
    blobs: stores.blobs,
    recordStep: recorderOf(stores),
    askChat: async (ask: Parameters<AskChat>[0]) => {
      asked.push(ask);
      return { text: reply, responseModel: null };
    },
  };
}
const resultOf = async <Result>(step: Step) =>
  (await stores.steps.ofItem('r1', 'q0', 0)).findLast((record) => record.step === step)
    ?.result as Result;
const outline = () =>
  asked[0]!.request.parts.map((part) => (part.type === 'text' ? part.text : part.sha256));
const shown = async () =>
  (await resultOf<AnswerResult>('answer')).shown.map(
    ({ video_id, frame_id }) => `${video_id}/${frame_id}`,
  );

describe('answerQuestion', () => {
  const answer = (about: Item, strategy: Partial<RunSpec['strategy']> = { name: 'uniform' }) => {
    const { answerQuestion } = createAnswerActivities(steps(stepSpec(strategy), { about }));
    return inActivity(() => answerQuestion(ref));
  };

  it('splits the frames over the videos; a short one leaves its rest to the other', async () => {
    await answer(pair);

    expect(await shown()).toEqual([
      ...[0, 3, 6, 9, 12].map((id) => `v0/${id}`),
      ...[0, 1, 2].map((id) => `v1/${id}`),
    ]);
    expect(asked[0]?.media).toHaveLength(8);
  });

  it('records frames in the order in which their videos stand in the question', async () => {
    const question = 'Does this go on: <video>?';
    await answer({ ...pair, question }, { name: 'uniform', answerFrames: 4 });

    expect(await shown()).toEqual(['v1/0', 'v1/1', 'v0/0', 'v0/8']);
    const sent = outline().filter((part) => /^[0-9a-f]{64}$/.test(part));
    const pictureOf = async (name: string) => {
      const [videoId, id] = name.split('/');
      const frame = all.find((one) => one.videoId === videoId && one.frameId === Number(id))!;
      return (await frames.picture(stepSpec(), frame)).sha256;
    };
    expect(sent).toEqual(await Promise.all((await shown()).map(pictureOf)));
  });

  it('shows what retrieval chose of each video', async () => {
    const chosen = [all[3]!, all[7]!, all[lengths.v0]!].map(shownFrame);
    await leaveResult(stores, 'embed-retrieve', 0, { retrieved: [], chosen });

    await answer(pair, {});

    expect(await shown()).toEqual(['v0/3', 'v0/7', 'v1/0']);
  });

  it('halves them where they are too many, video by video', async () => {
    const found = [9, 2, 12, 4].map((id) => all[id]!).concat(all.slice(lengths.v0));
    const chosen = found.map(shownFrame);
    await leaveResult(stores, 'embed-retrieve', 0, { retrieved: chosen, chosen });
    const spec = stepSpec({ onContextLength: 'fewer-frames' });
    const given = steps(spec);
    let isFirst = true;
    const { answerQuestion } = createAnswerActivities({
      ...given,
      askChat: async (ask) => {
        if (!isFirst) return given.askChat(ask);
        isFirst = false;
        throw new StepError('context_length', 'fail', 'too long', { remedy: 'fewer-frames' });
      },
    });

    await inActivity(() => answerQuestion(ref));

    expect(await shown()).toEqual(['v0/9', 'v0/2', 'v1/0']);
  });

  it('names the video of which a chosen frame is gone', async () => {
    const gone = { ...shownFrame(all[0]!), video_id: 'v1', frame_id: 9 };
    await leaveResult(stores, 'embed-retrieve', 0, { retrieved: [], chosen: [gone] });

    await expect(answer(pair, {})).rejects.toThrow('v1 no longer has frame 9');
    expect(asked).toEqual([]);
  });

  it('shows nothing in a blind run, and asks for no frame', async () => {
    const blind = steps(stepSpec({ name: 'blind', answerFrames: 0 }));
    const { answerQuestion } = createAnswerActivities({
      ...blind,
      frames: {
        list: () => Promise.reject(new Error('a blind run has no frames')),
        read: () => Promise.reject(new Error('a blind run has no frames')),
        picture: () => Promise.reject(new Error('a blind run has no frames')),
      },
    });

    expect(await inActivity(() => answerQuestion(ref))).toEqual({ outcome: 'answered' });

    expect(await shown()).toEqual([]);
    expect(asked[0]?.media).toEqual([]);
  });
});

describe('planImageRequests', () => {
  it('records the frame of the video that a place in the list means', async () => {
    const reply = '```json\n[{"reference_image_id": 7, "prompt": "a cup"}]\n```';
    const { planImageRequests } = createPlanActivities(steps(stepSpec(), { reply }));

    await inActivity(() => planImageRequests(ref));

    const { planned } = await resultOf<PlanResult>('plan');
    expect(planned).toEqual([
      { asked_frame_id: 7, used_frame_id: 1, video_id: 'v1', prompt: 'a cup' },
    ]);
  });
});

describe('generateImage', () => {
  it('begins with the frame of the planned video', async () => {
    const planned = [{ asked_frame_id: 7, used_frame_id: 1, video_id: 'v1', prompt: 'a cup' }];
    await leaveResult(stores, 'plan', 0, { ...planOf(), planned });
    const references: string[] = [];
    const { generateImage } = createGenerateActivities({
      ...steps(stepSpec()),
      editPicture: async ({ reference }) => {
        references.push(new TextDecoder().decode(reference.bytes));
        return { artifact: 'a'.repeat(64), width: 4, height: 4 };
      },
    });

    await inActivity(() => generateImage({ ...ref, part: 0 }));

    const picture = await frames.picture(stepSpec(), all[lengths.v0 + 1]!);
    expect(references).toEqual([new TextDecoder().decode(picture.bytes)]);
  });
});

describe('embedAndRetrieve', () => {
  /** All frames of a video point the same way: each ranks them by number. */
  const indexOf = (videoId: 'v0' | 'v1') => {
    const names = all.filter((frame) => frame.videoId === videoId).map(({ name }) => name);
    return stores.blobs.put(
      writeFrameIndex({
        modelId: 'tiny',
        modelHash,
        preprocessingId: 'p',
        dimension: 2,
        frameNames: names,
        vectors: new Float32Array(names.flatMap(() => [1, 0])),
        videoFingerprint: 'v'.repeat(64),
      }),
    );
  };
  const embedder: Embedder = {
    modelId: 'tiny',
    modelHash,
    preprocessingId: 'p',
    dimension: 2,
    embed: async (pictures) => ({ vectors: new Float32Array(pictures.flatMap(() => [1, 0])) }),
    embedTexts: async () => ({ vectors: new Float32Array([1, 0]), truncated: [false] }),
  };
  const retrieve = async (strategy: Partial<RunSpec['strategy']>) => {
    const { embedAndRetrieve } = createEmbedRetrieveActivities({
      ...steps(stepSpec({ name: 'text-top-k', textQuery: 'question', ...strategy })),
      guarded: createQuarantine({ mediaWork: stores.mediaWork, processId: 'p1' }),
      embedder: async () => embedder,
      openIndex: createIndexOpener(stores.blobs),
      indexAgain: () => Promise.reject(new Error('nothing is indexed anew')),
    });
    const [index, more] = [await indexOf('v0'), [await indexOf('v1')]];
    await inActivity(() => embedAndRetrieve({ ...ref, index, more, modelHash }));
    const { chosen, retrieved } = await resultOf<RetrieveResult>('embed-retrieve');
    return {
      chosen: chosen.map(({ video_id, frame_id }) => `${video_id}/${frame_id}`),
      ranks: retrieved.map(({ video_id, rank }) => `${video_id} ${rank}`),
    };
  };

  it('finds its share in each video, ranked within it', async () => {
    const { chosen, ranks } = await retrieve({ answerFrames: 4 });

    expect(chosen).toEqual(['v0/0', 'v0/1', 'v1/0', 'v1/1']);
    expect(ranks).toEqual(['v0 1', 'v0 2', 'v1 1', 'v1 2']);
  });

  it('splits top-k the same way where all that is found is shown', async () => {
    const { chosen } = await retrieve({ answerFrames: null, topK: 8 });

    expect(chosen).toHaveLength(8);
    expect(chosen.filter((name) => name.startsWith('v1'))).toHaveLength(3);
  });

  it('leaves out the last videos where there are more of them than frames', async () => {
    expect((await retrieve({ answerFrames: 1 })).chosen).toEqual(['v0/0']);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAnswerActivities } from '../../activities/answer.ts';
import type { AskChat } from '../../activities/ask-chat.ts';
import { shownFrame } from '../../domain/frames/shown-frame.ts';
import type { AnswerResult } from '../../domain/step-results.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { inActivity, openTestStores } from '../support/fakes-activity.ts';
import {
  createSampleRun,
  framesOf,
  leaveResult,
  readerOf,
  recorderOf,
  ref,
  stepSpec,
  videoFrames,
} from '../support/fakes-item-steps.ts';

let stores: Stores;
let asked: Parameters<AskChat>[0][];
beforeEach(async () => {
  stores = await openTestStores();
  asked = [];
  await createSampleRun(stores);
});
afterEach(() => stores.close());

function answering(
  reply: string,
  { spec = stepSpec({ name: 'uniform' }), frameCount = 16, drive = 1 } = {},
) {
  const { answerQuestion } = createAnswerActivities({
    reader: readerOf(spec),
    frames: framesOf(videoFrames(frameCount)),
    blobs: stores.blobs,
    recordStep: recorderOf(stores),
    askChat: async (ask) => {
      asked.push(ask);
      return { text: reply, responseModel: 'looker-2' };
    },
  });
  return inActivity(() => answerQuestion({ ...ref, drive }));
}
const record = async () =>
  (await stores.steps.ofItem('r1', 'q0', 0)).findLast(({ step }) => step === 'answer');
const result = async () => (await record())?.result as AnswerResult;
const shownIds = async () => (await result()).shown.map(({ frame_id }) => frame_id);

describe('answerQuestion', () => {
  it('B12: reads the letter, and keeps the raw reply', async () => {
    const reply = 'It is a key.\n```json\n{"answer": "b"}\n```';

    expect(await answering(reply)).toEqual({ outcome: 'answered' });

    const { replyArtifact, ...read } = await result();
    expect(read).toMatchObject({
      answer: 'B',
      answerText: 'a key',
      parseRule: 'fence-json',
      responseModel: 'looker-2',
    });
    expect(new TextDecoder().decode(await stores.blobs.get(replyArtifact))).toBe(reply);
  });

  it('D21: ends as unparsed when the reply holds no answer: a result, not a failure', async () => {
    expect(await answering('I am sorry, I cannot tell.')).toEqual({ outcome: 'unparsed' });

    expect(await record()).toMatchObject({ state: 'done', usable: false, failureClass: null });
    expect(await result()).toMatchObject({ answer: null, parseRule: null });
  });

  it('asks anew, under a new key, in the drive after one that left no answer', async () => {
    await answering('no idea');
    await answering('{"answer": "A"}', { drive: 2 });

    expect(asked.map(({ redraw }) => redraw)).toEqual([0, 1]);
  });

  it('B1: shows evenly spaced frames without a search', async () => {
    await answering('{"answer": "A"}');

    expect(await shownIds()).toEqual([0, 2, 4, 6, 8, 10, 12, 14]);
  });

  it('D17: shows each frame of a short video once, and records which', async () => {
    await answering('{"answer": "A"}', { frameCount: 5 });

    expect(await shownIds()).toEqual([0, 1, 2, 3, 4]);
    expect(asked[0]?.media).toHaveLength(5);
  });

  it('B11: shows the frames that were found, in their order, without ids and without the first ones', async () => {
    const all = videoFrames(16);
    const chosen = [3, 7, 12].map((id) => shownFrame(all[id]!));
    await leaveResult(stores, 'embed-retrieve', 0, { retrieved: [], chosen });

    await answering('{"answer": "A"}', { spec: stepSpec() });

    expect(await shownIds()).toEqual([3, 7, 12]);
    const { parts } = asked[0]!.request;
    const sent = parts.flatMap((part) => (part.type === 'image' ? [part.sha256] : []));
    expect(sent).toEqual(asked[0]!.media.map(({ sha256 }) => sha256));
    const words = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
    expect(words).not.toMatch(/frame id/i);
  });

  it('fails when a frame that was found is gone, before any call', async () => {
    const chosen = [shownFrame(videoFrames(16)[12]!)];
    await leaveResult(stores, 'embed-retrieve', 0, { retrieved: [], chosen });

    await expect(answering('A', { spec: stepSpec(), frameCount: 5 })).rejects.toMatchObject({
      failureClass: 'frames_missing',
    });
    expect(asked).toEqual([]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AskChat } from '../../activities/ask-chat.ts';
import { createPlanActivities } from '../../activities/plan.ts';
import type { PlanResult } from '../../domain/step-results.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { inActivity, openTestStores } from '../support/fakes-activity.ts';
import {
  createSampleRun,
  framesOf,
  item,
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

const plan = (...entries: object[]) => `\`\`\`json\n${JSON.stringify(entries)}\n\`\`\``;
const entry = (id: unknown) => ({ reference_image_id: id, prompt: 'a cup' });

function planning(replies: readonly string[], { frameCount = 16, drive = 1, about = item } = {}) {
  const left = [...replies];
  const { planImageRequests } = createPlanActivities({
    reader: readerOf(stepSpec({ initialFrames: 8, maxImageRequests: 2 }), about),
    frames: framesOf(videoFrames(frameCount)),
    blobs: stores.blobs,
    recordStep: recorderOf(stores),
    askChat: async (ask) => {
      asked.push(ask);
      return { text: left.shift() ?? 'no reply is planned', responseModel: null };
    },
  });
  return inActivity(() => planImageRequests({ ...ref, drive }));
}
const result = async () => (await stores.steps.ofItem('r1', 'q0', 0))[0]?.result as PlanResult;
const texts = (ask: (typeof asked)[number] | undefined) =>
  (ask?.request.parts ?? []).map((part) => (part.type === 'text' ? part.text : 'picture'));

describe('planImageRequests', () => {
  it('B1, B2: shows evenly spaced frames, each behind its id, then the question', async () => {
    await planning([plan(entry(0))]);

    expect(texts(asked[0]).slice(1, 5)).toEqual([
      'This is Frame ID: 0',
      'picture',
      'This is Frame ID: 2',
      'picture',
    ]);
    expect(texts(asked[0]).at(-1)).toMatch(/^Question: What does the man hold\?\n\(A\) a cup/);
    expect(asked[0]?.media).toHaveLength(8);
  });

  it('D17: shows each frame of a short video once', async () => {
    await planning([plan(entry(0))], { frameCount: 3 });

    expect(texts(asked[0]).filter((text) => text === 'picture')).toHaveLength(3);
  });

  it('B6: records the frame that was asked for beside the one that is used', async () => {
    expect(await planning([plan(entry(7))])).toEqual({ pictures: 1 });

    expect((await result()).planned).toEqual([
      { asked_frame_id: 7, used_frame_id: 6, prompt: 'a cup' },
    ]);
  });

  it('B3: records what the plan asked for beyond the cap as dropped', async () => {
    expect(await planning([plan(entry(0), entry(2), entry(4))])).toEqual({ pictures: 2 });

    expect(await result()).toMatchObject({ dropped: 1, parseRule: 'fence-json' });
  });

  it('keeps the raw reply', async () => {
    await planning([plan(entry(0))]);

    const bytes = await stores.blobs.get((await result()).replyArtifact);
    expect(new TextDecoder().decode(bytes)).toBe(plan(entry(0)));
  });

  it('B5: has an unusable plan repaired once, with the complaint', async () => {
    await planning(['I would say A.', plan(entry(0))]);

    expect(asked).toHaveLength(2);
    expect(asked[0]?.request.repair).toBeNull();
    expect(asked[1]?.request).toEqual({
      ...asked[0]?.request,
      repair: {
        reply: 'I would say A.',
        complaint:
          'That reply cannot be used: it holds no valid JSON. Send the corrected JSON block alone.',
      },
    });
  });

  it('B5: fails the item as plan_invalid after the repair', async () => {
    await expect(planning(['no', 'still no'])).rejects.toMatchObject({
      failureClass: 'plan_invalid',
      action: 'fail',
    });

    expect(asked).toHaveLength(2);
    expect(await stores.steps.ofItem('r1', 'q0', 0)).toMatchObject([
      { state: 'failed', failureClass: 'plan_invalid' },
    ]);
  });

  it('D19: asks for a repair of a plan without prompts, before anything is drawn', async () => {
    await planning([plan({ reference_image_id: 0 }), plan(entry('2'))]);

    expect(asked[1]?.request.repair?.complaint).toContain('prompt must be a text');
    expect((await result()).planned).toMatchObject([{ asked_frame_id: 2, used_frame_id: 2 }]);
  });

  it('raises the redraw after an invalid plan of an earlier drive, for both calls alike', async () => {
    await planning(['no', 'no']).catch(() => {});
    await planning(['no', plan(entry(0))], { drive: 2 });

    expect(asked.map(({ redraw }) => redraw)).toEqual([0, 0, 1, 1]);
  });
});

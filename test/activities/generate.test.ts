import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EditPicture } from '../../activities/edit-picture.ts';
import { createGenerateActivities } from '../../activities/generate.ts';
import type { FailureClass } from '../../domain/outcome.ts';
import type { RunSpec } from '../../domain/run-spec.ts';
import { StepError, type FailureAction } from '../../domain/errors/step-error.ts';
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

let stores: Stores;
let edits: Parameters<EditPicture>[0][];
beforeEach(async () => {
  stores = await openTestStores();
  edits = [];
  await createSampleRun(stores);
  await leaveResult(stores, 'plan', 0, planOf(3, 5));
});
afterEach(() => stores.close());

type OnImageFailure = RunSpec['strategy']['onImageFailure'];
const picture = { artifact: 'a'.repeat(64), width: 1280, height: 720 };

function generate(
  part: number,
  edit: () => Promise<typeof picture>,
  {
    onImageFailure = 'refused-only',
    drive = 1,
    frameCount = 10,
  }: { onImageFailure?: OnImageFailure; drive?: number; frameCount?: number } = {},
) {
  const { generateImage } = createGenerateActivities({
    reader: readerOf(stepSpec({ onImageFailure })),
    frames: framesOf(videoFrames(frameCount)),
    blobs: stores.blobs,
    recordStep: recorderOf(stores),
    editPicture: (asked) => {
      edits.push(asked);
      return edit();
    },
  });
  return inActivity(() => generateImage({ ...ref, drive, part }));
}
const fails = (failureClass: FailureClass, action: FailureAction) => () =>
  Promise.reject(new StepError(failureClass, action, 'no picture'));
const record = async (part: number) =>
  (await stores.steps.ofItem('r1', 'q0', 0)).findLast(
    (one) => one.step === 'generate' && one.part === part,
  );

describe('generateImage', () => {
  it('edits the reference frame of its own part of the plan', async () => {
    await generate(1, async () => picture);

    expect(edits).toMatchObject([
      { prompt: 'picture of 5', redraw: 0, reference: { width: 1280, height: 720 } },
    ]);
    expect((await record(1))?.result).toEqual({
      ...picture,
      source: 'generated',
      fallbackClass: null,
    });
  });

  it('fails when the reference frame is gone', async () => {
    await expect(generate(0, async () => picture, { frameCount: 2 })).rejects.toMatchObject({
      failureClass: 'frames_missing',
    });
    expect(edits).toEqual([]);
  });

  it('raises the redraw after a refusal in an earlier drive', async () => {
    await generate(0, fails('refused_output', 'stop')).catch(() => {});

    await generate(0, async () => picture, { drive: 2 });

    expect(edits.map(({ redraw }) => redraw)).toEqual([0, 1]);
  });
});

/** [class, action, falls back under refused-only, falls back under always]. */
const failures: readonly (readonly [FailureClass, FailureAction, boolean, boolean])[] = [
  ['refused_input', 'fail', true, true],
  ['refused_output', 'fail', true, true],
  ['bad_media', 'fail', true, true],
  ['timeout', 'fail', false, true],
  ['connection', 'fail', false, true],
  ['rate_limited', 'fail', false, true],
  ['asset_expired', 'fail', false, true],
  ['bad_envelope', 'fail', false, true],
  ['refused_output', 'retry', false, false],
  ['timeout', 'retry', false, false],
  ['rate_limited', 'wait', false, false],
  ['quota', 'stop', false, false],
  ['quota', 'fail', false, false],
  ['auth', 'fail', false, false],
  ['model_gone', 'fail', false, false],
  ['storage', 'fail', false, false],
];

describe('B8: falling back to the reference frame', () => {
  it.each(failures)('%s with action %s: refused-only %s, always %s', async (...row) => {
    const [failureClass, action, refusedOnly, always] = row;
    const fallsBack = async (onImageFailure: OnImageFailure, part: number) =>
      generate(part, fails(failureClass, action), { onImageFailure }).then(
        ({ source }) => source === 'reference',
        () => false,
      );

    expect(await fallsBack('refused-only', 0)).toBe(refusedOnly);
    expect(await fallsBack('always', 1)).toBe(always);
  });

  it('stores the frame as the picture and records why', async () => {
    await generate(0, fails('refused_input', 'fail'));

    const found = await record(0);
    expect(found).toMatchObject({ state: 'done', usable: true });
    const result = found?.result as { artifact: string };
    expect(result).toMatchObject({
      source: 'reference',
      fallbackClass: 'refused_input',
      width: 1280,
      height: 720,
    });
    expect(await stores.blobs.has(result.artifact)).toBe(true);
  });

  it('does not hide a surprise', async () => {
    const surprise = () => Promise.reject(new TypeError('oops'));

    await expect(generate(0, surprise, { onImageFailure: 'always' })).rejects.toMatchObject({
      failureClass: 'unclassified',
    });
  });

  it('D20: fails, and does not fall back, when the key is missing', async () => {
    const noKey = fails('auth', 'stop');

    await expect(generate(0, noKey, { onImageFailure: 'always' })).rejects.toMatchObject({
      action: 'stop',
    });
  });
});

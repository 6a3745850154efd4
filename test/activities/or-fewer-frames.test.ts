import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shownFrame } from '../../domain/frames/shown-frame.ts';
import type { AnswerResult, PlanResult, Remedied } from '../../domain/step-results.ts';
import { leaveResult, videoFrames } from '../support/fakes-item-steps.ts';
import { dieAt, openSimulatedSteps, type SimulatedSteps } from '../support/simulated-steps.ts';

let steps: SimulatedSteps;
beforeEach(async () => void (steps = await openSimulatedSteps()));
afterEach(() => steps.close());

const fewer = { strategy: { onContextLength: 'fewer-frames' } } as const;
const result = async <Result>(step: 'plan' | 'answer') =>
  (await steps.record(step))?.result as Result & Remedied;
/** Which frames each request showed, by their numbers. */
const shownIn = () =>
  steps.sent.map(({ pictures }) =>
    pictures.map(({ sha256 }) => steps.pictures.findIndex((known) => known.sha256 === sha256)),
  );

describe('frames that are too many for the context of the model (row 17)', () => {
  it('fail the item at once unless the strategy says otherwise', async () => {
    await steps.refuse('context_length', 1);

    expect(await steps.endOf('answer')).toBe('context_length');

    expect(await steps.money()).toMatchObject({ requests: 1, billed: 0 });
  });

  it('are halved for the answer, evenly spread where nothing was searched', async () => {
    await steps.refuse('context_length', 1);

    expect(await steps.endOf('answer', fewer)).toBe('done');

    expect(shownIn()).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7],
      [0, 2, 4, 6],
    ]);
    const { shown, remedies } = await result<AnswerResult>('answer');
    expect(shown).toEqual([0, 2, 4, 6].map((id) => shownFrame(videoFrames(8)[id]!)));
    expect(remedies).toEqual(['fewer-frames']);
    const money = await steps.money();
    expect(money).toMatchObject({ requests: 2, billed: 1, open: 0 });
    expect(money.settledUsd).toBeCloseTo(money.billedUsd, 9);
  });

  it('are those ranked best where there was a search, in the order they are shown', async () => {
    const frames = videoFrames(8).map(shownFrame);
    const retrieved = [6, 1, 3, 0, 5].map((id, at) => ({
      ...frames[id],
      score: 1 - at / 10,
      rank: at + 1,
      query: 0,
    }));
    const chosen = [0, 1, 3, 5, 6].map((id) => frames[id]);
    await leaveResult(steps.stores, 'embed-retrieve', 0, { retrieved, chosen });
    await steps.refuse('context_length', 1);

    const strategy = { ...fewer.strategy, name: 'imagined-keyframes' } as const;
    expect(await steps.endOf('answer', { strategy })).toBe('done');

    expect(shownIn()).toEqual([
      [0, 1, 3, 5, 6],
      [1, 6],
    ]);
    expect((await result<AnswerResult>('answer')).shown).toEqual([frames[1], frames[6]]);
  });

  it('are halved for the plan, which then knows no others', async () => {
    await steps.refuse('context_length', 1);

    expect(await steps.endOf('plan', fewer)).toBe('done');

    expect(shownIn()).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7],
      [0, 2, 4, 6],
    ]);
    const { planned, remedies } = await result<PlanResult>('plan');
    expect(planned.length).toBeGreaterThan(0);
    for (const { used_frame_id } of planned) expect([0, 2, 4, 6]).toContain(used_frame_id);
    expect(remedies).toEqual(['fewer-frames']);
  });

  it.each(['plan', 'answer'] as const)(
    'fail in %s when half of them is still too many',
    async (step) => {
      await steps.refuse('context_length');

      await expect(steps.run(step, fewer)).rejects.toMatchObject({
        failureClass: 'context_length',
        attempts: 2,
        message: expect.stringMatching(/; tried with half of the frames$/),
      });
      expect(await steps.money()).toMatchObject({ requests: 2, billed: 0 });
      expect((await result(step)).remedies).toEqual(['fewer-frames']);
    },
  );

  it('fail at once when there is only one', async () => {
    await steps.refuse('context_length');

    const strategy = { ...fewer.strategy, answerFrames: 1 };
    expect(await steps.endOf('answer', { strategy })).toBe('context_length');

    expect(await steps.money()).toMatchObject({ requests: 1 });
  });

  it('are not sent a second time by a process that takes over', async () => {
    await steps.refuse('context_length', 1);
    dieAt('place-taken', 2);
    await expect(steps.run('answer', fewer)).rejects.toMatchObject({ action: 'retry' });

    expect(await steps.endOf('answer', { ...fewer, attempt: 2 })).toBe('done');

    expect(shownIn().map(({ length }) => length)).toEqual([8, 4]);
  });
});

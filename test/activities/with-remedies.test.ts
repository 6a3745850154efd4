import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Draft, withRemedies } from '../../activities/with-remedies.ts';
import type { Remedy } from '../../domain/errors/remedy.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import {
  dieAt,
  openSimulatedSteps,
  paidSteps,
  type SimulatedSteps,
} from '../support/simulated-steps.ts';

let steps: SimulatedSteps;
beforeEach(async () => void (steps = await openSimulatedSteps()));
afterEach(() => steps.close());

const seeds = () => steps.sent.map(({ seed }) => seed);
const remediesOf = async (step: (typeof paidSteps)[number]) =>
  ((await steps.record(step))?.result as { remedies?: Remedy[] } | null)?.remedies;

describe('a picture that the provider cannot read (row 24)', () => {
  it.each(paidSteps)(
    'is encoded anew in %s, as plain JPEG of its own size, and passes',
    async (step) => {
      await steps.refuse('bad_image', 1);

      expect(await steps.endOf(step)).toBe('done');

      const [refused, passed] = steps.sent;
      expect(steps.sent).toHaveLength(2);
      expect(refused?.pictures.every(({ mediaType }) => mediaType === 'image/png')).toBe(true);
      expect(passed?.pictures).toHaveLength(refused?.pictures.length ?? 0);
      for (const { mediaType, width, height } of passed?.pictures ?? [])
        expect([mediaType, width, height]).toEqual(['image/jpeg', 96, 54]);
      expect(await remediesOf(step)).toEqual(['re-encode']);
      const money = await steps.money();
      expect(money).toMatchObject({ requests: 2, billed: 1, open: 0 });
      expect(money.settledUsd).toBeCloseTo(money.billedUsd, 9);
    },
  );

  it.each(paidSteps)('is encoded anew once in %s: refused again, it is bad_media', async (step) => {
    await steps.refuse('bad_image');

    expect(await steps.endOf(step)).toBe('bad_media');

    expect(await steps.money()).toMatchObject({ requests: 2, billed: 0, settledUsd: 0, open: 0 });
    expect(await remediesOf(step)).toEqual(['re-encode']);
  });

  it('fails with what had been tried, and with both attempts', async () => {
    await steps.refuse('bad_image');

    await expect(steps.run('answer')).rejects.toMatchObject({
      failureClass: 'bad_media',
      attempts: 2,
      message: expect.stringMatching(/\(invalid_image\); tried with its pictures encoded anew$/),
    });
    expect(await steps.record('answer')).toMatchObject({ state: 'failed', usable: false });
  });

  it('is left alone by a refusal of something else', async () => {
    await steps.refuse('bad_request');

    expect(await steps.endOf('answer')).toBe('invalid_request');

    expect(await steps.money()).toMatchObject({ requests: 1 });
    expect(await remediesOf('answer')).toBeUndefined();
  });

  it.each([
    ['before the changed request leaves', 'place-taken', 2],
    ['before the spend of its reply is settled', 'reply-stored', 2],
    ['before the step knows of it', 'call-settled', 1],
    ['before the step is recorded', 'step-worked', 1],
  ] as const)(
    'a process that dies %s: nothing is asked or paid for a second time',
    async (_, point, time) => {
      await steps.refuse('bad_image', 1);
      dieAt(point, time);
      await expect(steps.run('answer')).rejects.toMatchObject({ action: 'retry' });

      expect(await steps.endOf('answer', { attempt: 2 })).toBe('done');

      const money = await steps.money();
      expect(money).toMatchObject({ requests: 2, billed: 1, open: 0 });
      expect(money.settledUsd).toBeCloseTo(money.billedUsd, 9);
      expect(await remediesOf('answer')).toEqual(['re-encode']);
    },
  );
});

describe('an output that the provider refuses (row 19)', () => {
  it.each(paidSteps)('is drawn once more in %s, with another seed', async (step) => {
    await steps.refuse('output_filter', 1);

    expect(await steps.endOf(step, { seed: 5 })).toBe('done');

    expect(seeds()).toEqual([5, 1_000_005]);
    expect(await remediesOf(step)).toEqual(['redraw']);
    const money = await steps.money();
    expect(money).toMatchObject({ requests: 2, billed: 1, open: 0 });
    expect(money.settledUsd).toBeCloseTo(money.billedUsd, 9);
  });

  it.each(paidSteps)('is drawn no third time in %s', async (step) => {
    await steps.refuse('output_filter');

    expect(await steps.endOf(step, { seed: 5 })).toBe('refused_output');

    expect(seeds()).toEqual([5, 1_000_005]);
    expect(await steps.money()).toMatchObject({ requests: 2, billed: 0 });
  });

  it('is the provider’s own draw where no seed is configured', async () => {
    await steps.refuse('output_filter', 1);

    expect(await steps.endOf('generate', { seed: null })).toBe('done');

    expect(seeds()).toEqual([null, null]);
  });

  it('fails at once where the model takes no seed', async () => {
    await steps.refuse('output_filter');

    const image = { provider: 'openai', wire: 'openai' } as const;
    expect(await steps.endOf('generate', { seed: 5, image })).toBe('refused_output');

    expect(await steps.money()).toMatchObject({ requests: 1 });
    expect(await remediesOf('generate')).toBeUndefined();
  });

  it('is never drawn again as it was, in later drives either', async () => {
    await steps.refuse('output_filter');

    for (const drive of [1, 2, 3]) await steps.endOf('answer', { seed: 5, drive });

    expect(seeds()).toEqual([5, 1_000_005, 1005, 1_001_005, 2005, 1_002_005]);
  });
});

describe('withRemedies', () => {
  const bytes = new Uint8Array([1]);
  const picture = { bytes, sha256: 'a', mediaType: 'image/png', width: 1, height: 1 };
  const encoded = { ...picture, sha256: 'b', mediaType: 'image/jpeg' };
  const refusal = (remedy?: Remedy) => new StepError('bad_media', 'fail', 'refused', { remedy });

  function calling(refusals: readonly StepError[], { canDecode = true, takesSeed = true } = {}) {
    const drafts: Draft[] = [];
    const left = [...refusals];
    const reencodePicture = async () => {
      if (!canDecode) throw new StepError('bad_media', 'fail', 'no picture');
      return encoded;
    };
    const about = { takesSeed, noteRemedy: () => {} };
    const first = { pictures: [picture], redraw: 0 };
    const end = withRemedies({ reencodePicture }, first, about, async (draft) => {
      drafts.push(draft);
      const error = left.shift();
      if (error !== undefined) throw error;
      return 'passed';
    });
    return { end, drafts };
  }

  it('tries each remedy once, one upon the other', async () => {
    const refusals = [refusal('re-encode'), refusal('redraw'), refusal('re-encode')];

    const { end, drafts } = calling(refusals);

    await expect(end).rejects.toBe(refusals[2]);
    expect(drafts).toEqual([
      { pictures: [picture], redraw: 0 },
      { pictures: [encoded], redraw: 0 },
      { pictures: [encoded], redraw: 1000 },
    ]);
  });

  it.each([undefined, 'fewer-frames'] as const)(
    'leaves a refusal with remedy %s to others',
    async (remedy) => {
      const error = refusal(remedy);

      const { end, drafts } = calling([error]);

      await expect(end).rejects.toBe(error);
      expect(drafts).toHaveLength(1);
    },
  );

  it('fails with what it finds itself where it cannot read the picture either', async () => {
    const { end, drafts } = calling([refusal('re-encode')], { canDecode: false });

    await expect(end).rejects.toMatchObject({ failureClass: 'bad_media', message: 'no picture' });
    expect(drafts).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { redrawAtOnce, redrawOf } from '../../../domain/calls/redraw.ts';
import type { StepRecord } from '../../../domain/stores/step-store.ts';

const record = (about: Partial<StepRecord>): StepRecord => ({
  runId: 'r',
  itemId: 'i',
  sample: 0,
  drive: 1,
  step: 'answer',
  part: 0,
  state: 'done',
  usable: true,
  result: null,
  failureClass: null,
  startedAt: 0,
  finishedAt: 0,
  attempts: 1,
  waitedMs: 0,
  usage: null,
  ...about,
});

describe('redrawOf', () => {
  it('counts earlier drives whose answer had no parse', () => {
    const records = [record({ usable: false }), record({ drive: 2, usable: false })];

    expect(redrawOf(records, 'answer', 0, 3)).toBe(2);
  });

  it('counts refusals and invalid plans of this step and part alone', () => {
    const records = [
      record({
        step: 'generate',
        part: 1,
        state: 'failed',
        usable: false,
        failureClass: 'refused_output',
      }),
      record({ step: 'plan', state: 'failed', usable: false, failureClass: 'plan_invalid' }),
    ];

    expect(redrawOf(records, 'generate', 1, 2)).toBe(1);
    expect(redrawOf(records, 'generate', 0, 2)).toBe(0);
    expect(redrawOf(records, 'plan', 0, 2)).toBe(1);
    expect(redrawOf(records, 'answer', 0, 2)).toBe(0);
  });

  it('does not redraw after a failure that asking anew would not change', () => {
    const records = [record({ state: 'failed', usable: false, failureClass: 'provider_error' })];

    expect(redrawOf(records, 'answer', 0, 2)).toBe(0);
  });
});

describe('redrawAtOnce', () => {
  it('never meets the draw of another drive', () => {
    const drives = Array.from({ length: 500 }, (_, redraw) => redraw);

    expect(new Set([...drives, ...drives.map(redrawAtOnce)]).size).toBe(1000);
  });
});

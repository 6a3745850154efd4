import { describe, expect, it } from 'vitest';
import { changedSettings, keepTuned } from '../../../domain/config/run-settings.ts';
import type { RunSpec } from '../../../domain/run-spec.ts';
import type { RunChange } from '../../../domain/stores/run-store.ts';
import { sampleSpec } from '../../adapters/database/sample-run.ts';

const withWindow = (itemsInFlight: number): RunSpec => sampleSpec('r1', itemsInFlight);
const change = (before: number, after: number, reason: string | null): RunChange => ({
  changedAt: 1,
  setting: 'run.itemsInFlight',
  before,
  after,
  reason,
});

describe('changedSettings', () => {
  it('names what differs, and nothing that a process chooses for itself', () => {
    const before = withWindow(8);
    const answer = { ...before.models.answer, concurrency: 4, baseUrl: 'http://127.0.0.1:2/v1' };
    const after = { ...withWindow(16), models: { ...before.models, answer } };

    expect(changedSettings(before, after)).toEqual([
      { setting: 'run.itemsInFlight', before: 8, after: 16 },
      { setting: 'models.answer.concurrency', before: 2, after: 4 },
    ]);
    expect(changedSettings(before, before)).toEqual([]);
  });
});

describe('a run that is given again', () => {
  it.each([
    ['stays as tuned when the configuration has not changed', 8, [change(8, 64, 'slow')], 64],
    ['stays as tuned last', 8, [change(8, 32, 'slow'), change(32, 64, 'still slow')], 64],
    ['takes what the configuration says anew', 16, [change(8, 64, 'slow')], 16],
    [
      'takes the configuration again after it had been changed once',
      8,
      [change(8, 64, 'slow'), change(64, 16, null), change(16, 64, null)],
      8,
    ],
    ['takes the configuration when nothing was tuned', 8, [], 8],
  ])('%s', (_, given, changes, expected) => {
    const kept = keepTuned(withWindow(64), withWindow(given), changes);

    expect(kept.run.itemsInFlight).toBe(expected);
  });

  it('keeps the limit of a model', () => {
    const spec = withWindow(8);
    const tuned = {
      ...spec,
      models: { ...spec.models, answer: { ...spec.models.answer, concurrency: 9 } },
    };
    const note = { ...change(2, 9, 'quota raised'), setting: 'models.answer.concurrency' };

    expect(keepTuned(tuned, spec, [note])).toEqual(tuned);
  });
});

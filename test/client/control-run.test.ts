import { describe, expect, it } from 'vitest';
import { controlActions, wouldChange, writeWish } from '../../client/control-run.ts';
import type { RunRecord } from '../../domain/stores/run-store.ts';
import { sampleRun } from '../adapters/database/sample-run.ts';

const atWork: RunRecord = {
  ...sampleRun('r1'),
  state: 'running',
  stopReason: null,
  stopDetail: null,
  admission: 'open',
  window: 4,
  drive: 1,
  driveIsOpen: true,
  createdAt: 0,
  elapsedS: 0,
  outputDirectory: null,
};
const paused: RunRecord = { ...atWork, state: 'paused', admission: 'draining' };
const halted: RunRecord = { ...atWork, state: 'paused', admission: 'stopped' };

describe('what an action changes', () => {
  it.each([
    ['a run at work', atWork, ['pause', 'pause-now', 'cancel']],
    ['a paused run', paused, ['pause-now', 'resume', 'cancel']],
    ['a run paused with --now', halted, ['resume', 'cancel']],
    ['a cancelled run that is ending', { ...atWork, state: 'cancelled' as const }, []],
    ['a run without an open drive', { ...atWork, driveIsOpen: false }, []],
  ])('of %s', (_, run, expected) => {
    expect(controlActions.filter((action) => wouldChange(action, run))).toEqual(expected);
  });

  it('cancelling a run in which no call may start does not let calls start again', async () => {
    const written: unknown[] = [];
    const runs = { steer: async (...wish: unknown[]) => written.push(wish) > 0 };

    await writeWish(runs, 'cancel', halted);
    await writeWish(runs, 'cancel', paused);

    expect(written).toMatchObject([
      ['r1', expect.anything(), { state: 'cancelled', admission: 'stopped' }],
      ['r1', expect.anything(), { state: 'cancelled', admission: 'draining' }],
    ]);
  });
});

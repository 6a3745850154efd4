import { crashPoint } from '../domain/crash-points.ts';
import type { Admission, RunRecord, RunStore } from '../domain/stores/run-store.ts';
import type { RunState } from '../domain/summary.ts';

/** What a person can do to a run with an open drive. */
export const controlActions = ['pause', 'pause-now', 'resume', 'cancel'] as const;
export type ControlAction = (typeof controlActions)[number];

type Wish = {
  readonly from: readonly RunState[];
  readonly state: RunState;
  /** Null keeps what it is. */
  readonly admission: Admission | null;
};

const wishes: Readonly<Record<ControlAction, Wish>> = {
  pause: { from: ['running'], state: 'paused', admission: 'draining' },
  'pause-now': { from: ['running', 'paused'], state: 'paused', admission: 'stopped' },
  resume: { from: ['paused'], state: 'running', admission: 'open' },
  cancel: { from: ['running', 'paused', 'stopped'], state: 'cancelled', admission: null },
};

/** Whether an action would change a run; a repeated one changes nothing. */
export function wouldChange(action: ControlAction, run: RunRecord): boolean {
  const { from, state, admission } = wishes[action];
  const isAsWished = run.state === state && (admission ?? run.admission) === run.admission;
  return run.driveIsOpen && from.includes(run.state) && !isAsWished;
}

/**
 * Writes an action into the database, which decides: a process that takes the run up later carries
 * it out.
 *
 * @returns whether anything changed
 */
export async function writeWish(
  runs: Pick<RunStore, 'steer'>,
  action: ControlAction,
  run: RunRecord,
): Promise<boolean> {
  if (!wouldChange(action, run)) return false;
  const { from, state, admission } = wishes[action];
  // Cancelling lets started items end; where no call may start any more, that stays.
  const cancelled = run.admission === 'stopped' ? 'stopped' : 'draining';
  const changed = await runs.steer(run.runId, from, { state, admission: admission ?? cancelled });
  crashPoint('wish-written');
  return changed;
}

import { BudgetRefusal } from '../domain/money/budget-gate.ts';
import { crashPoint } from '../domain/crash-points.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { Admission, RunStore } from '../domain/stores/run-store.ts';
import { forASecond } from './for-a-second.ts';

type Answer = { readonly admission: Admission; readonly stop: StepError | null };

/** Reads whether a run may make paid calls, at most once a second per run, and stops one. */
export function createAdmissionReader(runs: RunStore) {
  const { read, forget } = forASecond(async (runId): Promise<Answer> => {
    const run = await runs.get(runId);
    const detail = run?.stopDetail ?? null;
    const stop =
      detail === null
        ? null
        : new StepError(detail.class, 'fail', detail.message, { stopsRun: true });
    return { admission: run?.admission ?? 'stopped', stop };
  });
  return {
    admission: read,
    /**
     * Closes a run for everybody: a key, a quota or a model that nothing but a person can mend. A
     * spent budget lets items that have started finish.
     */
    async stopRun(runId: string, reason: StepError | BudgetRefusal): Promise<void> {
      if (reason instanceof BudgetRefusal) {
        const run = await runs.get(runId);
        if (run?.state !== 'running' && run?.state !== 'paused') return;
        await runs.setAdmission(runId, 'draining');
        await runs.setState(runId, 'stopped', { reason: 'budget', detail: null });
        forget(runId);
        return;
      }
      const detail = { class: reason.failureClass, message: reason.message };
      // The reason first: a run that stands still without one would wait for somebody to resume it.
      await runs.setState(runId, 'stopped', { reason: 'provider', detail });
      crashPoint('run-stopping');
      await runs.setAdmission(runId, 'stopped');
      forget(runId);
    },
  };
}

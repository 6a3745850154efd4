import { BudgetRefusal } from '../domain/money/budget-gate.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { JudgementStore } from '../domain/stores/judgement-store.ts';
import type { Admission } from '../domain/stores/run-store.ts';
import { forASecond } from './for-a-second.ts';

type Answer = { readonly admission: Admission; readonly stop: StepError | null };

/**
 * Whether judges may be asked, and what stops them: as `createAdmissionReader`, for a judging in the
 * place of its run. Read at most once a second per run.
 */
export function createJudgingAdmission(judgements: Pick<JudgementStore, 'latest' | 'stop'>) {
  const { read, forget } = forASecond(async (runId): Promise<Answer> => {
    const judging = await judgements.latest(runId);
    const detail = judging?.state === 'running' ? judging.stopDetail : null;
    if (detail === null) return { admission: 'open', stop: null };
    const stop = new StepError(detail.class, 'fail', detail.message, { stopsRun: true });
    return { admission: 'stopped', stop };
  });
  return {
    admission: read,
    /** Stops the judging for everybody; after a spent budget, calls in flight still finish. */
    async stopRun(runId: string, reason: StepError | BudgetRefusal): Promise<void> {
      if (reason instanceof BudgetRefusal) {
        await judgements.stop(runId, { stopReason: 'budget', stopDetail: null });
      } else {
        const stopDetail = { class: reason.failureClass, message: reason.message };
        await judgements.stop(runId, { stopReason: 'provider', stopDetail });
      }
      forget(runId);
    },
  };
}

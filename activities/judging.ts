import { Context } from '@temporalio/activity';
import type { CalibrationRecord } from '../domain/judging/calibration.ts';
import {
  createDueFinder,
  dueCalibrations,
  type DueJudgement,
} from '../domain/judging/due-judgements.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { JudgementStore, JudgingState } from '../domain/stores/judgement-store.ts';
import type { RunStore } from '../domain/stores/run-store.ts';
import type { PendingJudgement } from '../domain/workflow-contract.ts';
import type { RunReader } from './run-reader.ts';

export type JudgingDependencies = {
  readonly reader: Pick<RunReader, 'spec'>;
  readonly runs: Pick<RunStore, 'rows'>;
  readonly judgements: Pick<JudgementStore, 'open' | 'takeUp' | 'waiting' | 'pending' | 'close'>;
  readonly calibration: (runId: string) => Promise<ReadonlyMap<string, CalibrationRecord>>;
};

/** Judgements of one page: keeps the result under 32 KB with long item ids. */
const pageSize = 100;

/** Judgements taken up in one transaction. */
const batchSize = 500;

export function createJudgingActivities(dependencies: JudgingDependencies) {
  const { judgements } = dependencies;
  return {
    /**
     * Takes up what is to be judged: the calibration set first, then every open-ended answer with a
     * known right one that has no judgement yet. Asked again in the same judging, it finds the answers
     * that have come meanwhile.
     *
     * @returns the judging, opened where `judging` is null, and how many of its judgements wait
     */
    async planJudgements(request: {
      readonly runId: string;
      readonly judging: number | null;
      /** Whether judges are asked anew whose reply could not be read. */
      readonly redraws: boolean;
    }): Promise<{ judging: number; waiting: number }> {
      const { runId } = request;
      const workflowRunId = Context.current().info.workflowExecution?.runId ?? '';
      const judging = request.judging ?? (await judgements.open(runId, workflowRunId));
      await takeUp(dependencies, { ...request, judging });
      return { judging, waiting: await judgements.waiting(runId, judging) };
    },

    /** The next judgements to be made, at most a page of them. */
    async loadJudgements(request: {
      readonly runId: string;
      readonly judging: number;
      readonly after: number;
    }): Promise<{ judgements: PendingJudgement[] }> {
      const { runId, judging, after } = request;
      const found = await judgements.pending(runId, judging, after, pageSize);
      return {
        judgements: found.map(({ id, judge, itemId, sample, dimension, kind }) => ({
          id,
          judge,
          itemId,
          sample,
          about: kind === 'calibration' ? 'calibration' : (dimension ?? 'answer'),
        })),
      };
    },

    /** Ends a judging. A stop keeps the reason that the stopping call wrote. */
    closeJudging: (request: {
      readonly runId: string;
      readonly judging: number;
      readonly end: Exclude<JudgingState, 'running'>;
    }): Promise<void> => judgements.close(request.runId, request.judging, request.end),
  };
}
export type JudgingActivities = ReturnType<typeof createJudgingActivities>;

async function takeUp(
  { reader, runs, judgements, calibration }: JudgingDependencies,
  request: { readonly runId: string; readonly judging: number; readonly redraws: boolean },
): Promise<void> {
  const { runId, judging, redraws } = request;
  const spec = (await reader.spec(runId)).judging;
  if (spec === undefined) throw new StepError('storage', 'fail', `Run ${runId} has no judge`);
  const dueOf = createDueFinder(spec);
  const batch: DueJudgement[] = dueCalibrations(spec, [...(await calibration(runId)).values()]);
  for await (const row of runs.rows(runId)) {
    batch.push(...dueOf(row));
    if (batch.length < batchSize) continue;
    await judgements.takeUp(runId, judging, batch.splice(0), redraws);
  }
  await judgements.takeUp(runId, judging, batch, redraws);
}

import { CancelledFailure, Context } from '@temporalio/activity';
import { waitedMs } from '../domain/call-attempts.ts';
import type { Step } from '../domain/outcome.ts';
import { StepError } from '../domain/step-error.ts';
import type { CallOwner, CallStore, CallUsage } from '../domain/stores/call-store.ts';
import type { StepKey, StepRecord, StepStore } from '../domain/stores/step-store.ts';
import { sumUsage } from '../domain/usage.ts';
import type { ItemRef } from '../domain/workflow-contract.ts';

export type RecordStepDependencies = {
  readonly steps: StepStore;
  readonly calls: CallStore;
  /** Names this worker process: pid and start time. */
  readonly processId: string;
};

/** A response that an earlier run or drive had paid for. */
export type CachedCall = { readonly usage: CallUsage; readonly listUsd: number | null };

export type StepWork<Result> = (context: {
  readonly owner: CallOwner;
  /** Every record of the item, oldest drive first. */
  readonly records: readonly StepRecord[];
  /** Notes a response taken from the call store. */
  noteCached(call: CachedCall): void;
}) => Promise<{ readonly result: Result; readonly usable: boolean }>;

/** A step's surprise is retried this often, then fails its item as `unclassified`. */
const surpriseAttempts = 3;

/**
 * Wraps a step: takes the usable result of an earlier drive or attempt instead of working, else
 * notes the start, does the work, and writes result, failure and usage before it returns.
 */
export function createStepRecorder({ steps, calls, processId }: RecordStepDependencies) {
  return async function recordStep<Result>(
    ref: ItemRef,
    step: Step,
    part: number,
    work: StepWork<Result>,
  ): Promise<Result> {
    const { runId, drive, itemId, sample } = ref;
    const key: StepKey = { runId, itemId, sample, drive, step, part };
    const records = await steps.ofItem(runId, itemId, sample);
    const finished = usableRecord(records, key);
    if (finished !== undefined) return finished.result as Result;

    const { info } = Context.current();
    await steps.begin(
      key,
      {
        processId,
        workflowId: info.workflowExecution?.workflowId ?? '',
        workflowRunId: info.workflowExecution?.runId ?? '',
        activityId: info.activityId,
      },
      info.attempt,
    );
    const cached: CachedCall[] = [];
    const spent = async () => {
      const made = await calls.ofStep(key);
      return { usage: sumUsage(made, cached), waitedMs: waitedMs(made) };
    };
    try {
      const end = await work({ owner: key, records, noteCached: (call) => void cached.push(call) });
      await steps.finish(key, { ...end, ...(await spent()), state: 'done', failureClass: null });
      return end.result;
    } catch (error) {
      if (error instanceof CancelledFailure) throw error;
      const failure = asStepError(error, info.attempt);
      if (failure.action === 'fail' || failure.action === 'stop') {
        await steps.finish(key, {
          state: 'failed',
          usable: false,
          result: null,
          failureClass: failure.failureClass,
          ...(await spent()),
        });
      }
      throw failure;
    }
  };
}
export type RecordStep = ReturnType<typeof createStepRecorder>;

/** The newest usable record of a step, of this drive or an earlier one. */
export function usableRecord(
  records: readonly StepRecord[],
  { step, part }: Pick<StepKey, 'step' | 'part'>,
): StepRecord | undefined {
  return records.findLast(
    (record) =>
      record.step === step && record.part === part && record.state === 'done' && record.usable,
  );
}

function asStepError(error: unknown, attempt: number): StepError {
  if (error instanceof StepError) return error;
  const name = error instanceof Error ? error.name : typeof error;
  return new StepError(
    'unclassified',
    attempt >= surpriseAttempts ? 'fail' : 'retry',
    `Unexpected ${name} in this step; the worker's log has it in full`,
    { attempts: attempt, cause: error },
  );
}

/** The result an earlier step of the item left. @throws {StepError} when that step has none */
export function resultOf<Result>(records: readonly StepRecord[], step: Step, part: number): Result {
  const record = usableRecord(records, { step, part });
  if (record === undefined) {
    throw new StepError('storage', 'fail', `The record of step ${step}, part ${part}, is missing`);
  }
  return record.result as Result;
}

import { CancelledFailure, Context, type Info } from '@temporalio/activity';
import { waitedMsOf } from './paid-call-budget.ts';
import { BudgetRefusal } from '../domain/money/budget-gate.ts';
import { crashPoint } from '../domain/crash-points.ts';
import type { Step } from '../domain/outcome.ts';
import { describeRemedies, type Remedy } from '../domain/errors/remedy.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { CallOwner, CallStore, CallUsage } from '../domain/stores/call-store.ts';
import type { StepKey, StepPlace, StepRecord, StepStore } from '../domain/stores/step-store.ts';
import { sumUsage } from '../domain/money/usage.ts';
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
  /** Tries of the step in this drive that ended in an error of its own, and this one. */
  readonly tries: number;
  /** Notes a response taken from the call store. */
  noteCached(call: CachedCall): void;
  /** Notes that a refused request was changed to be made once more. */
  noteRemedy(remedy: Remedy): void;
}) => Promise<{ readonly result: Result; readonly usable: boolean }>;

/**
 * Tries of a step that do not end in a paid call, which counts its own: an error that nobody
 * foresaw, and one that a retry can mend, such as a file that cannot be read.
 */
const mostTries = { surprise: 3, mendable: 10 };

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
    await steps.begin(key, placeOf(info, processId), info.attempt);
    crashPoint('step-begun');
    const tries = info.attempt === 1 ? 1 : 1 + (await steps.failedTries(key));
    const notes = takeNotes(calls, key);
    try {
      const { noteCached, noteRemedy } = notes;
      const end = await work({ owner: key, records, tries, noteCached, noteRemedy });
      crashPoint('step-worked');
      const { usable } = end;
      const all = await notes.all(end.result);
      await steps.finish(key, { ...all, state: 'done', usable, failureClass: null });
      crashPoint('step-recorded');
      return end.result;
    } catch (error) {
      if (error instanceof CancelledFailure) throw error;
      if (error instanceof BudgetRefusal) {
        // No failure, but what earlier attempts of the step spent belongs in the row.
        await steps.finish(key, { ...notDone, ...(await notes.all(null)), failureClass: null });
        throw error;
      }
      const failure = sayTried(endOfTries(error, info.attempt, tries), notes.tried);
      // A store that fails cannot count it: then the step is tried once more.
      if (isOwnTry(failure)) await steps.noteFailedTry(key).catch(() => undefined);
      if (failure.action === 'fail' || failure.action === 'stop') {
        const { failureClass } = failure;
        await steps.finish(key, { ...notDone, ...(await notes.all(null)), failureClass });
      }
      throw failure;
    }
  };
}
export type RecordStep = ReturnType<typeof createStepRecorder>;

const notDone = { state: 'failed', usable: false } as const;

/** What a step takes note of while it works. */
function takeNotes(calls: CallStore, key: StepKey) {
  const cached: CachedCall[] = [];
  const tried = new Set<Remedy>();
  return {
    tried,
    noteCached: (call: CachedCall) => void cached.push(call),
    noteRemedy: (remedy: Remedy) => void tried.add(remedy),
    /** What goes into the step's record: the result with the remedies tried for it, and what it took. */
    async all(result: unknown) {
      const made = await calls.ofStep(key);
      return {
        result: tried.size === 0 ? result : Object.assign({}, result, { remedies: [...tried] }),
        usage: sumUsage(made, cached),
        waitedMs: waitedMsOf(made),
      };
    },
  };
}

/** Says in the end what had been tried against it; each remedy was one more attempt. */
function sayTried(failure: StepError, tried: ReadonlySet<Remedy>): StepError {
  const { failureClass, message, stopsRun, cause, attempts = 1 } = failure;
  if (tried.size === 0 || failure.action !== 'fail') return failure;
  const what = `${message}; tried ${describeRemedies(tried)}`;
  const details = { attempts: attempts + tried.size, stopsRun, cause };
  return new StepError(failureClass, 'fail', what, details);
}

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

function placeOf(info: Info, processId: string): StepPlace {
  return {
    processId,
    workflowId: info.workflowExecution?.workflowId ?? '',
    workflowRunId: info.workflowExecution?.runId ?? '',
    activityId: info.activityId,
  };
}

/** Waits and failed calls are counted by who makes them, and a lost process counts for nothing. */
function isOwnTry({ action, attempts, failureClass }: StepError): boolean {
  return action === 'retry' && (attempts === undefined || failureClass === 'unclassified');
}

/**
 * The error as a step's, and as its end when it has been tried often enough. Errors of paid calls
 * count their own attempts and pass untouched.
 */
export function endOfTries(error: unknown, attempt: number, tries: number): StepError {
  if (!(error instanceof StepError)) {
    const name = error instanceof Error ? error.name : typeof error;
    return new StepError(
      'unclassified',
      tries >= mostTries.surprise ? 'fail' : 'retry',
      `Unexpected ${name} in this step; the worker's log has it in full`,
      { attempts: attempt, cause: error },
    );
  }
  const countsItself = error.attempts !== undefined;
  if (error.action !== 'retry' || countsItself || tries < mostTries.mendable) return error;
  const { failureClass, message } = error;
  return new StepError(failureClass, 'fail', message, { attempts: attempt, cause: error });
}

/** The result an earlier step of the item left. @throws {StepError} when that step has none */
export function resultOf<Result>(records: readonly StepRecord[], step: Step, part: number): Result {
  const record = usableRecord(records, { step, part });
  if (record === undefined) {
    throw new StepError('storage', 'fail', `The record of step ${step}, part ${part}, is missing`);
  }
  return record.result as Result;
}

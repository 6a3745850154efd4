import type { FailureClass, Step } from '../outcome.ts';
import type { Usage } from '../row.ts';

/** Names one execution of one step. `part` is the number of the picture in generate, else 0. */
export type StepKey = {
  readonly runId: string;
  readonly itemId: string;
  readonly sample: number;
  readonly drive: number;
  readonly step: Step;
  readonly part: number;
};

/** Where the step runs, so that a later process can fail the activities of a dead one. */
export type StepPlace = {
  readonly processId: string;
  readonly workflowId: string;
  readonly workflowRunId: string;
  readonly activityId: string;
};

export type StepRecord = StepKey & {
  /** `failed` is the last word of this drive on the step. */
  readonly state: 'started' | 'done' | 'failed';
  /** A later drive takes the result of a usable record instead of doing the step again. */
  readonly usable: boolean;
  /** What the step found out, as JSON; its shape belongs to the step. */
  readonly result: unknown;
  readonly failureClass: FailureClass | null;
  /** Milliseconds since 1970 of the first attempt of this drive. */
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly attempts: number;
  readonly waitedMs: number;
  readonly usage: Usage | null;
};

export type StepStore = {
  /** Notes that an attempt begins. The first start time of the drive is kept; `attempts` is the highest seen. */
  begin(key: StepKey, place: StepPlace, attempt: number): Promise<void>;
  finish(
    key: StepKey,
    end: Pick<StepRecord, 'state' | 'usable' | 'result' | 'failureClass' | 'usage' | 'waitedMs'>,
  ): Promise<void>;
  /** Notes that an attempt ended in an error that counts, and is tried again. */
  noteFailedTry(key: StepKey): Promise<void>;
  /** How often that was noted in this drive. */
  failedTries(key: StepKey): Promise<number>;
  /** All records of one item, any drive, oldest drive first. */
  ofItem(runId: string, itemId: string, sample: number): Promise<StepRecord[]>;
  /** Same for several items at once (at most 250). */
  ofItems(
    runId: string,
    items: readonly { itemId: string; sample: number }[],
  ): Promise<StepRecord[]>;
  /** Steps begun and not finished by processes other than those named, of drives still open. */
  abandoned(livingProcessIds: readonly string[]): Promise<(StepKey & StepPlace)[]>;
};

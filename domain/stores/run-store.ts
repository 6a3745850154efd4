import type { JudgementTotal } from './judgement-store.ts';
import type { FailureClass, ItemFailure, Outcome, Step } from '../outcome.ts';
import type { RunSpec } from '../run-spec.ts';
import type { Row } from '../row.ts';
import type { VideoTally } from '../row-tally.ts';
import type { RetryGroup, StepSpend } from '../money/retry-estimate.ts';
import type { RetryFilter } from '../retry-filter.ts';
import type { VideoRange } from '../shards.ts';
import type { RunCounts, RunState } from '../summary.ts';

/** Whether paid calls may start: `draining` finishes started items, `stopped` starts no call. */
export type Admission = 'open' | 'draining' | 'stopped';

export type RunRecord = {
  readonly runId: string;
  readonly name: string;
  readonly spec: RunSpec;
  /** Canonical JSON of what the run id was made of. */
  readonly identity: string;
  readonly state: RunState;
  readonly stopReason: 'budget' | 'provider' | null;
  /** The failure class that stopped the run, and its message. */
  readonly stopDetail: { readonly class: FailureClass; readonly message: string } | null;
  readonly admission: Admission;
  readonly window: number;
  /** 0 before the first drive. */
  readonly drive: number;
  readonly driveIsOpen: boolean;
  readonly createdAt: number;
  /** Seconds that drives were open, the running one included. */
  readonly elapsedS: number;
  /** Where result files were last written (`markOutput`); null before. */
  readonly outputDirectory: string | null;
};

/** One place of the run: an item and sample in the order of the run. */
export type RunItem = {
  /** Order of work: items of one video stand together. */
  readonly position: number;
  /** Order of the file. */
  readonly ordinal: number;
  readonly itemId: string;
  readonly sample: number;
  /** The last part of the workflow id. */
  readonly workflowKey: string;
  /** Its first video. */
  readonly videoId: string;
  /** Its other videos, in the item's order; absent where it has none. */
  readonly otherVideoIds?: readonly string[];
};

/** Which items a drive takes up. */
export type DriveSelection =
  /** `run`: items that never ended or were skipped, and those that failed with auth, quota or model_gone. */
  | { readonly kind: 'unfinished' }
  /**
   * `retry`: everything not answered, narrowed by the filter. Items that never ended have neither
   * class nor step: narrowing by one leaves them out.
   */
  | { readonly kind: 'retry'; readonly filter: RetryFilter };

export type ItemEnd = {
  readonly itemId: string;
  readonly sample: number;
  readonly outcome: Outcome;
  readonly failure: ItemFailure | null;
  readonly workflowRunId: string | null;
};

/** One setting of a run that was changed while it existed: by `tune`, or by the run itself. */
export type RunChange = {
  /** Milliseconds since 1970. */
  readonly changedAt: number;
  /** Such as `run.budgetUsd` or `models.answer.concurrency`. */
  readonly setting: string;
  /** JSON values. */
  readonly before: unknown;
  readonly after: unknown;
  readonly reason: string | null;
};

export type RunStore = {
  /**
   * Writes a run and its items: the run is there when all of it is. The same run (by identity)
   * again changes nothing.
   *
   * @param goldOfVideo  items with a known answer per video, every video named; without it the run
   *   keeps no tallies
   * @throws {StepError} class `storage` when the id belongs to a run made of something else
   */
  create(
    run: Pick<RunRecord, 'runId' | 'name' | 'spec' | 'identity'>,
    items: readonly RunItem[],
    goldOfVideo?: ReadonlyMap<string, number>,
  ): Promise<void>;
  get(runId: string): Promise<RunRecord | null>;
  /** Newest first. */
  list(): Promise<RunRecord[]>;
  latestNamed(name: string): Promise<RunRecord | null>;
  /**
   * Replaces what is not part of the identity (limits, addresses, output), sets the window where
   * `itemsInFlight` changed, and notes every changed setting, in one transaction.
   *
   * @param spec  the new one, or what makes it of the stored one
   * @param reason  why a person tuned the run; null when it was given again
   * @returns what changed
   */
  updateSpec(
    runId: string,
    spec: RunSpec | ((stored: RunSpec) => RunSpec),
    reason?: string | null,
  ): Promise<RunChange[]>;
  setAdmission(runId: string, admission: Admission): Promise<void>;
  admission(runId: string): Promise<Admission>;
  setWindow(runId: string, window: number): Promise<void>;
  /**
   * Writes what a person wants of a run with an open drive.
   * @returns false when its drive is closed or its state is none of `from`; nothing was changed
   */
  steer(
    runId: string,
    from: readonly RunState[],
    to: { readonly state: RunState; readonly admission: Admission },
  ): Promise<boolean>;
  /** Without `stop`, a stopped run keeps the stop noted before; every other state clears it. */
  setState(
    runId: string,
    state: RunState,
    stop?: { reason: 'budget' | 'provider'; detail: RunRecord['stopDetail'] },
  ): Promise<void>;
  /**
   * Takes the next drive number in one transaction and marks the selected items as pending.
   * Opening sets state running, admission open, window = itemsInFlight, and clears the stop.
   * @returns null `drive` when another drive is open or nothing is selected
   */
  openDrive(
    runId: string,
    selection: DriveSelection,
  ): Promise<{ drive: number | null; selected: number; openDrive: number | null }>;
  /** What a retry would take up now, and what each step has cost the run so far; changes nothing. */
  previewRetry(
    runId: string,
    filter: RetryFilter,
  ): Promise<{ readonly groups: RetryGroup[]; readonly spends: StepSpend[] }>;
  /**
   * Closes a drive and, in the same transaction, writes how the run stands then; null keeps the
   * state. A drive that is closed already changes nothing.
   */
  closeDrive(runId: string, drive: number, end?: RunState | null): Promise<void>;
  openDrives(): Promise<{ runId: string; drive: number; openedAt: number }[]>;
  /** The first position of an item; null when the run has no such item. */
  position(runId: string, itemId: string): Promise<number | null>;
  /** The run's videos, each once: the items' first ones in the order of the items, then the others. */
  videoIds(runId: string): Promise<string[]>;
  /** Unfinished items of a drive with position >= from and < to, at most `limit`, ascending. */
  slice(
    runId: string,
    drive: number,
    range: { readonly from: number; readonly to: number; readonly limit: number },
  ): Promise<RunItem[]>;
  /**
   * Per first video of the drive, in position order: first position, past-the-end position,
   * unfinished items, and how many other videos these have (absent where none). None when the
   * drive is closed.
   */
  videosOfDrive(runId: string, drive: number): Promise<(VideoRange & { videoId: string })[]>;
  /**
   * Writes rows and outcomes in one transaction. Ends of an older drive than the item's are ignored,
   * and so is a second end in the same drive; the row of an earlier drive moves to
   * `previous_attempts` of the new one, which are the store's to fill.
   */
  recordRows(runId: string, drive: number, rows: readonly Row[]): Promise<void>;
  counts(runId: string): Promise<RunCounts>;
  failures(runId: string): Promise<Partial<Record<FailureClass, number>>>;
  /** Calls of the run whose failure fits no row of the error table, healed ones included. */
  unclassifiedCalls(runId: string): Promise<number>;
  /** What the rows of each video add up to; empty for a run that keeps no tallies (version 0.2). */
  tallies(runId: string): Promise<VideoTally[]>;
  /** What the judgements of a run come to, by judge, contract and dimension. */
  judgementTotals(runId: string): Promise<JudgementTotal[]>;
  /** With the judgements of its answer, as `rows` has them. */
  row(runId: string, itemId: string, sample: number): Promise<Row | null>;
  /**
   * Rows in file order, read in pages. An item that a later drive took up keeps its earlier row
   * until the new one is recorded.
   */
  rows(runId: string): AsyncIterable<Row>;
  /** Ends per minute, of those recorded in the last `seconds`; for rate and ETA. */
  recentEnds(runId: string, seconds: number): Promise<number>;
  /** Steps finished since `since` (ms) with their mean duration. */
  stepRates(
    runId: string,
    since: number,
  ): Promise<{ step: Step; finished: number; meanMs: number }[]>;
  markOutput(runId: string, directory: string): Promise<void>;
  noteChange(runId: string, change: RunChange): Promise<void>;
  /** Oldest first. */
  changes(runId: string): Promise<RunChange[]>;
};

import type { DueJudgement } from '../judging/due-judgements.ts';
import type { JudgementState } from '../judging/judgement.ts';
import type { FailureClass } from '../outcome.ts';
import type { Usage } from '../row.ts';

/** How a judging of a run stands. `stopped` = by budget or provider. */
export type JudgingState = 'running' | 'completed' | 'stopped' | 'cancelled' | 'failed';

/** One pass over the answers of a run that are not judged yet; numbered from 1. */
export type JudgingRecord = {
  readonly runId: string;
  readonly judging: number;
  readonly state: JudgingState;
  readonly stopReason: 'budget' | 'provider' | null;
  /** The failure that stopped it; null after a spent budget. */
  readonly stopDetail: { readonly class: FailureClass; readonly message: string } | null;
};

/** What a judge said, or that it has still to be asked. */
export type JudgementRecord = DueJudgement & {
  readonly id: number;
  readonly runId: string;
  /** The judging that took it up last. */
  readonly judging: number;
  readonly state: 'pending' | JudgementState;
  readonly verdict: 'yes' | 'no' | null;
  readonly score: number | null;
  readonly artifact: string | null;
  readonly responseModel: string | null;
  readonly failureClass: FailureClass | null;
  /** How often it is asked anew where a reply could not be read or was refused. */
  readonly redraw: number;
  /** Tries in this judging that ended in an error which no paid call counts. */
  readonly failedTries: number;
};

/** How a judgement ended. */
export type JudgementEnd = Pick<
  JudgementRecord,
  'verdict' | 'score' | 'artifact' | 'responseModel' | 'failureClass'
> & {
  readonly state: JudgementState;
  /** Over all judgings. */
  readonly usage: Usage;
};

/** What the judgements of one judge in one dimension come to. */
export type JudgementTotal = Pick<DueJudgement, 'judge' | 'contract' | 'dimension' | 'kind'> & {
  readonly judged: number;
  readonly unparsed: number;
  readonly failed: number;
  /** To be judged, by the judging at work or the next one. */
  readonly pending: number;
  readonly yes: number;
  readonly scoreSum: number;
  readonly usage: Usage;
};

export type JudgementStore = {
  /**
   * Opens a judging for a workflow execution, or finds the one it has opened. What another one left
   * open is closed: a run has one judging workflow at a time.
   */
  open(runId: string, workflowRunId: string): Promise<number>;
  /**
   * Takes up judgements: new ones, those of a later answer, those that failed or never ended in an
   * earlier judging and, with `redraws`, those whose reply could not be read. All others stay as
   * they are.
   */
  takeUp(
    runId: string,
    judging: number,
    due: readonly DueJudgement[],
    redraws: boolean,
  ): Promise<void>;
  /** Judgements of a judging that nobody has begun. */
  waiting(runId: string, judging: number): Promise<number>;
  /** Judgements of a judging to be made, by id above `after`, at most `limit`. */
  pending(runId: string, judging: number, after: number, limit: number): Promise<JudgementRecord[]>;
  /** Notes that an attempt begins; null when the judgement has ended or belongs to another judging. */
  begin(id: number, judging: number): Promise<JudgementRecord | null>;
  /** Notes that an attempt ended in an error that counts, and is tried again. */
  noteFailedTry(id: number): Promise<void>;
  /** Ends a judgement once; one that has ended stays as it is. */
  finish(id: number, judging: number, end: JudgementEnd): Promise<void>;
  /** Notes why the open judging of a run makes no further call. */
  stop(runId: string, reason: Pick<JudgingRecord, 'stopReason' | 'stopDetail'>): Promise<void>;
  /** Closes a judging; one that was stopped stays so, one that is closed is left alone. */
  close(runId: string, judging: number, state: JudgingState): Promise<void>;
  listOpen(): Promise<JudgingRecord[]>;
  /** The newest judging of a run; null before the first. */
  latest(runId: string): Promise<JudgingRecord | null>;
  /** Judgements of answers whose judgement is known. */
  calibrations(runId: string): Promise<JudgementRecord[]>;
};

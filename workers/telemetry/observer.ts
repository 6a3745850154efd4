import type { TracedCall } from '../../domain/calls/gen-ai-attributes.ts';
import type { WireReply } from '../../domain/calls/model-call.ts';
import type { CallStep, FailureClass } from '../../domain/outcome.ts';
import type { Row } from '../../domain/row.ts';
import type { CallRecord } from '../../domain/stores/call-store.ts';

/** One attempt of a step: what its measurements, spans and log lines are about. */
export type StepScope = {
  readonly run: string;
  /** Null for work that belongs to a video, such as its index. */
  readonly item: string | null;
  readonly sample: number;
  readonly drive: number;
  readonly step: CallStep | null;
  readonly part: number;
  /** Name of the activity. */
  readonly activity: string;
  readonly attempt: number;
  readonly workflowId: string;
};

/** How an attempt of a step ended; null = well. */
export type StepFailure = {
  readonly class: FailureClass;
  readonly action: string;
} | null;

export type SettledCall = Pick<
  CallRecord,
  'account' | 'model' | 'state' | 'usage' | 'priceUsd' | 'failureClass' | 'action' | 'retryAfterMs'
> & { readonly isDuplicate: boolean };

/** Told of what happens in this process. Must not throw, and must not keep what it is given. */
export type Observer = {
  callSettled(call: SettledCall): void;
  /** A paid reply of an earlier run, item or drive was taken instead of a call. */
  callReused(call: {
    readonly account: string;
    readonly model: string;
    readonly listUsd: number | null;
  }): void;
  /** A place was given, or not within the time that a call may wait in a process. */
  placeAsked(place: { readonly account: string; readonly waitedMs: number }): void;
  /** @returns what is told of the reply, or of why there was none */
  callSent(call: TracedCall): (end: WireReply | { readonly error: unknown }) => void;
  /** @returns what is told of the end */
  stepStarted(scope: StepScope): (failure: StepFailure) => void;
  rowsRecorded(rows: readonly Row[]): void;
};

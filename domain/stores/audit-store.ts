import type { FailureClass, Outcome, Step } from '../outcome.ts';
import type { Row } from '../row.ts';

/** The name of a blob as it stands somewhere in the database. */
export type BlobMention = {
  readonly sha256: string;
  /** Table and key, for people. */
  readonly where: string;
  /** Whether a blob of this name must exist; false for what only looks like a name. */
  readonly isRequired: boolean;
  /** Whether its content may name further blobs, as a list of frames does. */
  readonly mayNameOthers: boolean;
};

/** An item that has ended, and the text of its row. */
export type EndedItem = {
  readonly itemId: string;
  readonly sample: number;
  readonly drive: number;
  readonly outcome: Outcome;
  readonly failureClass: FailureClass | null;
  readonly failureStep: Step | null;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  /** JSON; null when there is none. */
  readonly row: string | null;
};

/** How many items of a run stand where, counted one by one. */
export type ItemStanding = {
  readonly outcome: Outcome | null;
  readonly failureClass: FailureClass | null;
  readonly degraded: boolean;
  readonly items: number;
};

/** What the calls of a run come to, in US dollars, added up one by one. */
export type CallSpend = {
  readonly calls: number;
  readonly settledUsd: number;
  readonly openUsd: number;
  readonly duplicateUsd: number;
};

/** Looks over the whole database, page by page: for `verify` and `gc`. */
export type AuditStore = {
  /** What the database finds wrong with its own file; empty when it is sound. */
  damage(): Promise<string[]>;
  /** Every name of a blob that is written anywhere; one name may come many times. */
  blobMentions(): AsyncIterable<BlobMention>;
  /** In the order of the run. */
  endedItems(runId: string): AsyncIterable<EndedItem>;
  /** Calls of a run that count as answered, and whose answer is not there. */
  answersLost(runId: string): Promise<{ callKey: string; n: number; itemId: string }[]>;
  standings(runId: string): Promise<ItemStanding[]>;
  spendOfCalls(runId: string): Promise<CallSpend>;
  /** Accounts whose spend over all runs is not what their runs have spent there. */
  accountsAstray(): Promise<string[]>;
  /** Puts a rebuilt row in the place of a lost or damaged one. */
  replaceRow(row: Row): Promise<void>;
  /** Counts the items of a run anew, and forgets the sums of its videos: rows are read instead. */
  recount(runId: string): Promise<void>;
};

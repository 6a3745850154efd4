import type { BillEntry } from '../../simulator/server/bill.ts';
import { requestIdOf, type RunState } from '../support/e2e-state.ts';

export const killTargets = ['cli', 'server', 'both'] as const;
/** `cli` = the command with its workers; `server` = the embedded Temporal server; `both` at once. */
export type KillTarget = (typeof killTargets)[number];

/** One kill. Times are milliseconds since 1970. */
export type Kill = {
  readonly moment: 'starting' | 'working';
  readonly killedAt: number;
  /** When the same command was given again; for the server, when it was killed. */
  readonly restartedAt: number;
  /** `x-client-request-id` of every request without a settlement at that moment. */
  readonly inFlight: readonly string[];
};

/** What is left after a run that was killed, measured on the database and the provider's bill. */
export type KillAudit = {
  readonly target: KillTarget;
  readonly items: number;
  readonly kills: number;
  readonly killsWhileStarting: number;
  readonly exitCode: number | null;
  readonly state: string;
  readonly rows: number;
  readonly distinctItems: number;
  readonly exportedRows: number;
  readonly distinctExported: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly requestsBilled: number;
  /** Requests billed more than once. */
  readonly paidTwice: number;
  /** Of those, requests with fewer open intents than surplus payments: paid twice without a trace. */
  readonly paidTwiceUnlisted: readonly string[];
  readonly openIntents: number;
  /** Open intents that were not in flight at any kill. */
  readonly openIntentsNotInFlight: number;
  readonly settledUsd: number;
  readonly openUsd: number;
  readonly billUsd: number;
  /** Seconds from each restart to the first call of the new process; null = killed before, or none left. */
  readonly firstNewCallS: readonly (number | null)[];
  readonly maxFirstNewCallS: number | null;
  /** Longest time without a call between a kill and the next one or the run's last call. */
  readonly maxPauseS: number;
  readonly elapsedS: number;
};

export function auditKills(evidence: {
  readonly target: KillTarget;
  readonly state: RunState;
  /** Item ids of the exported rows. */
  readonly exported: readonly string[];
  readonly entries: readonly BillEntry[];
  readonly kills: readonly Kill[];
  readonly exitCode: number | null;
  readonly startedAt: number;
  readonly endedAt: number;
}): KillAudit {
  const { target, state, exported, entries, kills, exitCode, startedAt, endedAt } = evidence;
  const { run, counts, rows, ledger } = state;
  const billed = entries.filter((entry) => entry.billed);
  const open = new Set(ledger.openIntents.map(requestIdOf));
  const inFlight = new Set(kills.flatMap((kill) => kill.inFlight));
  const again = [...groupByRequest(billed)].filter(([, payments]) => payments.length > 1);
  const firstNewCallS = kills.map((kill, index) => firstNewCall(entries, kill, kills[index + 1]));
  return {
    target,
    items: counts.scheduled,
    kills: kills.length,
    killsWhileStarting: kills.filter(({ moment }) => moment === 'starting').length,
    exitCode,
    state: run.state,
    rows: rows.length,
    distinctItems: new Set(rows.map(({ item_id, sample }) => `${item_id}/${sample}`)).size,
    exportedRows: exported.length,
    distinctExported: new Set(exported).size,
    outcomes: { ...counts },
    requestsBilled: billed.length,
    paidTwice: again.length,
    paidTwiceUnlisted: again
      .filter(([, payments]) => isUnlisted(payments, open))
      .map(([key]) => key),
    openIntents: open.size,
    openIntentsNotInFlight: [...open].filter((id) => !inFlight.has(id)).length,
    settledUsd: ledger.settledUsd,
    openUsd: ledger.openUsd,
    billUsd: billed.reduce((sum, { costUsd }) => sum + costUsd, 0),
    firstNewCallS,
    maxFirstNewCallS: greatest(firstNewCallS.filter((seconds) => seconds !== null)),
    maxPauseS: greatest(kills.map((kill, index) => pause(entries, kill, kills[index + 1]))) ?? 0,
    elapsedS: (endedAt - startedAt) / 1000,
  };
}

function groupByRequest(entries: readonly BillEntry[]): Map<string, BillEntry[]> {
  const groups = new Map<string, BillEntry[]>();
  for (const entry of entries) {
    groups.set(entry.requestHash, [...(groups.get(entry.requestHash) ?? []), entry]);
  }
  return groups;
}

/** All payments of a request but one must stand in the ledger as possible duplicate spend. */
function isUnlisted(payments: readonly BillEntry[], open: ReadonlySet<string>): boolean {
  const listed = payments.filter((entry) => open.has(entry.clientRequestId ?? '')).length;
  return listed < payments.length - 1;
}

function firstNewCall(
  entries: readonly BillEntry[],
  { restartedAt, inFlight }: Kill,
  next: Kill | undefined,
): number | null {
  const first = entries.find(
    ({ at, clientRequestId }) =>
      Date.parse(at) >= restartedAt && !inFlight.includes(clientRequestId ?? ''),
  );
  if (first === undefined) return null;
  const at = Date.parse(first.at);
  return next !== undefined && at >= next.killedAt ? null : (at - restartedAt) / 1000;
}

function pause(entries: readonly BillEntry[], kill: Kill, next: Kill | undefined): number {
  const times = entries
    .map(({ at }) => Date.parse(at))
    .filter((at) => at >= kill.killedAt && at <= (next?.killedAt ?? Infinity));
  const marks = [kill.killedAt, ...times, ...(next === undefined ? [] : [next.killedAt])];
  return (greatest(marks.slice(1).map((mark, index) => mark - marks[index]!)) ?? 0) / 1000;
}

function greatest(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : Math.max(...numbers);
}

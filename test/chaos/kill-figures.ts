import type { BillEntry } from '../../simulator/server/bill.ts';
import type { Kill } from './soak.ts';

export type KillFigures = {
  readonly kills: number;
  /** Longest time from a restart to the first call of the new process; null when there was none. */
  readonly maxFirstNewCallS: number | null;
  /** Longest time without a call between a kill and the next one or the run's last call. */
  readonly maxPauseS: number;
};

/** How soon work went on after each kill, as the provider saw it. */
export function measureKills(entries: readonly BillEntry[], kills: readonly Kill[]): KillFigures {
  const firsts = kills.flatMap((kill, index) => firstNewCall(entries, kill, kills[index + 1]));
  const pauses = kills.map((kill, index) => pause(entries, kill, kills[index + 1]));
  return {
    kills: kills.length,
    maxFirstNewCallS: firsts.length === 0 ? null : Math.max(...firsts),
    maxPauseS: Math.max(0, ...pauses),
  };
}

/** Nothing when the process was killed before it called, or nothing was left to call. */
function firstNewCall(
  entries: readonly BillEntry[],
  { restartedAt, inFlight }: Kill,
  next: Kill | undefined,
): number[] {
  const first = entries.find(
    ({ at, clientRequestId }) =>
      Date.parse(at) >= restartedAt && !inFlight.includes(clientRequestId ?? ''),
  );
  if (first === undefined) return [];
  const at = Date.parse(first.at);
  return next !== undefined && at >= next.killedAt ? [] : [(at - restartedAt) / 1000];
}

function pause(entries: readonly BillEntry[], kill: Kill, next: Kill | undefined): number {
  const times = entries
    .map(({ at }) => Date.parse(at))
    .filter((at) => at >= kill.killedAt && at <= (next?.killedAt ?? Infinity));
  const marks = [kill.killedAt, ...times, ...(next === undefined ? [] : [next.killedAt])];
  return Math.max(0, ...marks.slice(1).map((mark, index) => mark - marks[index]!)) / 1000;
}

import { turnsOf } from '../../domain/priority.ts';

/** Somebody who waits; `askedAt` is when it first asked, in milliseconds. */
export type Caller = {
  readonly runId: string;
  readonly askedAt: number;
  /** Of its run. */
  readonly priority: number;
};

/** Every number of turns divides it. */
const round = 60;

/** How far a turn takes a caller's run: the more turns it has in a round, the less. */
const strideOf = ({ priority }: Caller): number => round / turnsOf(priority);

/**
 * Those who wait for one account: run after run in turn, as often as their priorities say, and
 * within a run who asked first, so that a run with many calls does not hold up one with few.
 */
export function createCallersInTurn<One extends Caller>() {
  /** Callers of each run, and where its next turn begins. */
  const runs = new Map<string, { readonly callers: One[]; readonly nextAt: number }>();
  /** Where the turn of the last one that was let in began: nobody saves up turns. */
  let reached = 0;
  const lineOf = ({ runId }: Caller) => {
    const { callers = [], nextAt = 0 } = runs.get(runId) ?? {};
    return { callers, nextAt: Math.max(nextAt, reached) };
  };
  const all = (): One[] => [...runs.values()].flatMap(({ callers }) => callers);
  const remove = (caller: One): void => {
    const { callers } = lineOf(caller);
    const index = callers.indexOf(caller);
    if (index >= 0) callers.splice(index, 1);
  };
  return {
    add(caller: One): void {
      const line = lineOf(caller);
      runs.set(caller.runId, line);
      const later = line.callers.findLastIndex(({ askedAt }) => askedAt <= caller.askedAt);
      line.callers.splice(later + 1, 0, caller);
    },
    remove,
    /** Whose turn it is. */
    next(): One | undefined {
      const waiting = [...runs.values()].filter(({ callers }) => callers.length > 0);
      const [first] = waiting.toSorted((one, other) => one.nextAt - other.nextAt);
      return first?.callers[0];
    },
    /** Takes whose turn it is, and its run's turn. */
    enter(caller: One): void {
      remove(caller);
      const { callers, nextAt } = lineOf(caller);
      reached = nextAt;
      runs.set(caller.runId, { callers, nextAt: nextAt + strideOf(caller) });
      for (const [runId, line] of runs) {
        if (line.callers.length === 0 && line.nextAt <= reached) runs.delete(runId);
      }
    },
    /**
     * How many go before one of those who wait.
     *
     * @param away  others that will come back, and have their turns as if they stood here
     */
    ahead(caller: Caller, away: readonly Caller[]): number {
      const [own, others] = split([...all(), ...away], caller);
      const turnAt = lineOf(caller).nextAt + own * strideOf(caller);
      return [...others.values()].reduce((sum, { one, count }) => {
        const turns = Math.floor((turnAt - lineOf(one).nextAt) / strideOf(one)) + 1;
        return sum + Math.min(count, Math.max(0, turns));
      }, own);
    },
    has: (caller: One): boolean => lineOf(caller).callers.includes(caller),
    all,
    size: (): number => [...runs.values()].reduce((sum, { callers }) => sum + callers.length, 0),
  };
}
export type CallersInTurn<One extends Caller> = ReturnType<typeof createCallersInTurn<One>>;

/** How many of a caller's own run asked before it, and how many of each other run there are. */
function split(callers: readonly Caller[], { runId, askedAt }: Caller) {
  const own = callers.filter((one) => one.runId === runId && one.askedAt < askedAt).length;
  const others = new Map<string, { readonly one: Caller; readonly count: number }>();
  for (const one of callers) {
    const count = (others.get(one.runId)?.count ?? 0) + 1;
    if (one.runId !== runId) others.set(one.runId, { one, count });
  }
  return [own, others] as const;
}

/** Somebody who waits; `askedAt` is when it first asked, in milliseconds. */
type Caller = { readonly runId: string; readonly askedAt: number };

/**
 * Those who wait for one account: run after run in turn, and within a run who asked first, so that
 * a run with many calls does not hold up one with few.
 */
export function createCallersInTurn<One extends Caller>() {
  const runs = new Map<string, One[]>();
  const remove = (caller: One): void => {
    const callers = runs.get(caller.runId) ?? [];
    const index = callers.indexOf(caller);
    if (index >= 0) callers.splice(index, 1);
    if (callers.length === 0) runs.delete(caller.runId);
  };
  return {
    add(caller: One): void {
      const callers = runs.get(caller.runId) ?? [];
      runs.set(caller.runId, callers);
      const later = callers.findLastIndex(({ askedAt }) => askedAt <= caller.askedAt);
      callers.splice(later + 1, 0, caller);
    },
    remove,
    /** Whose turn it is. */
    next(): One | undefined {
      const [first] = runs.values();
      return first?.[0];
    },
    /** Takes whose turn it is, and puts its run behind the others. */
    enter(caller: One): void {
      const callers = runs.get(caller.runId) ?? [];
      runs.delete(caller.runId);
      if (callers.length > 1) runs.set(caller.runId, callers);
      remove(caller);
    },
    /** How many go before a caller of this run that asked then. */
    ahead({ runId, askedAt }: Caller): number {
      const own = (runs.get(runId) ?? []).filter((caller) => caller.askedAt < askedAt).length;
      const others = [...runs].filter(([run]) => run !== runId);
      return others.reduce((sum, [, callers]) => sum + Math.min(own + 1, callers.length), own);
    },
    has: (caller: One): boolean => runs.get(caller.runId)?.includes(caller) ?? false,
    all: (): One[] => [...runs.values()].flat(),
    size(): number {
      let size = 0;
      for (const callers of runs.values()) size += callers.length;
      return size;
    },
  };
}
export type CallersInTurn<One extends Caller> = ReturnType<typeof createCallersInTurn<One>>;

import type { PlaceRequest } from '../../domain/call-place.ts';

/** After its time is over, the turn of a caller that has not come back is kept this long. */
const patienceMs = 60_000;

/** A caller that is so late has come back to another process, or never will: it is before nobody. */
const lateMs = 2000;

/** Those whose wait is Temporal's: when they come back, they keep their turn. */
export function createAwayCallers() {
  const away = new Map<string, { readonly askedAt: number; readonly until: number }>();
  const nameOf = ({ runId, ticket }: PlaceRequest) => `${runId}/${ticket}`;
  const forgetLost = () => {
    for (const [name, { until }] of away) {
      if (performance.now() > until + patienceMs) away.delete(name);
    }
  };
  return {
    note(request: PlaceRequest, askedAt: number, ms: number): void {
      forgetLost();
      away.set(nameOf(request), { askedAt, until: performance.now() + ms });
    },
    /** When a caller that comes back first asked; null for one that comes anew. */
    takeBack(request: PlaceRequest): number | null {
      const name = nameOf(request);
      const known = away.get(name);
      away.delete(name);
      return known?.askedAt ?? null;
    },
    /** How many are away that asked before then and are still expected here. */
    ahead(askedAt: number): number {
      const dueSince = performance.now() - lateMs;
      let before = 0;
      for (const caller of away.values())
        if (caller.askedAt < askedAt && caller.until >= dueSince) before += 1;
      return before;
    },
  };
}
export type AwayCallers = ReturnType<typeof createAwayCallers>;

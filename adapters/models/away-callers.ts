import type { PlaceRequest } from '../../domain/calls/call-place.ts';
import type { Caller } from './callers-in-turn.ts';

/** After its time is over, the turn of a caller that has not come back is kept this long. */
const patienceMs = 60_000;

/** A caller that is so late has come back to another process, or never will: it is before nobody. */
const lateMs = 2000;

/** Those whose wait is Temporal's: when they come back, they keep their turn. */
export function createAwayCallers() {
  const away = new Map<string, { readonly caller: Caller; readonly until: number }>();
  const nameOf = ({ runId, ticket }: PlaceRequest) => `${runId}/${ticket}`;
  const forgetLost = () => {
    for (const [name, { until }] of away) {
      if (performance.now() > until + patienceMs) away.delete(name);
    }
  };
  return {
    note(request: PlaceRequest, caller: Caller, ms: number): void {
      forgetLost();
      away.set(nameOf(request), { caller, until: performance.now() + ms });
    },
    /** When a caller that comes back first asked; null for one that comes anew. */
    takeBack(request: PlaceRequest): number | null {
      const name = nameOf(request);
      const known = away.get(name);
      away.delete(name);
      return known?.caller.askedAt ?? null;
    },
    /** Those that are still expected here. */
    expected(): Caller[] {
      const dueSince = performance.now() - lateMs;
      return [...away.values()].flatMap(({ caller, until }) => (until >= dueSince ? caller : []));
    },
  };
}
export type AwayCallers = ReturnType<typeof createAwayCallers>;

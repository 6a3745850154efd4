/** Somebody who wants a part of what is there. */
export type Claim = {
  readonly id: string;
  readonly wanted: number;
  /** When it last had one more than others; the longest ago comes first. */
  readonly turnAt: number;
};

/**
 * Shares whole places out so that nobody gets less than another who wants more: each claim is met,
 * or gets an equal part, and those that had none left over the longest ago get one more.
 *
 * @returns the places per id, and who got one more than an equal part
 */
export function fairShare(
  places: number,
  claims: readonly Claim[],
): { readonly places: ReadonlyMap<string, number>; readonly extra: ReadonlySet<string> } {
  const shares = new Map(claims.map(({ id }) => [id, 0]));
  let open = claims.filter(({ wanted }) => wanted > 0);
  let left = places;
  for (let even = equal(left, open); even > 0; even = equal(left, open)) {
    for (const { id, wanted } of open) {
      const given = Math.min(even, wanted - (shares.get(id) ?? 0));
      shares.set(id, (shares.get(id) ?? 0) + given);
      left -= given;
    }
    open = open.filter(({ id, wanted }) => wanted > (shares.get(id) ?? 0));
  }
  const next = open
    .toSorted((one, other) => one.turnAt - other.turnAt || (one.id < other.id ? -1 : 1))
    .slice(0, left);
  for (const { id } of next) shares.set(id, (shares.get(id) ?? 0) + 1);
  return { places: shares, extra: new Set(next.map(({ id }) => id)) };
}

function equal(left: number, open: readonly Claim[]): number {
  return open.length === 0 ? 0 : Math.floor(left / open.length);
}

/**
 * What one of several may take of an amount so that, over time, all have taken the same: what it
 * lacks to the mean of what all will have taken.
 *
 * @param taken  what each other one has taken so far
 */
export function evenPart(available: number, mine: number, taken: readonly number[]): number {
  const sum = taken.reduce((total, other) => total + other, mine + available);
  return Math.min(available, Math.max(0, sum / (taken.length + 1) - mine));
}

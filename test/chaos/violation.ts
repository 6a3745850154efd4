/** One broken promise, with what shows it. */
export type Violation = {
  /** What must always hold, in a few words. */
  readonly invariant: string;
  readonly evidence: string;
};

/** A violation where there is any evidence: at most ten pieces are shown. */
export function violated(invariant: string, evidence: readonly string[]): Violation[] {
  if (evidence.length === 0) return [];
  const more = evidence.length > 10 ? `; and ${evidence.length - 10} more` : '';
  return [{ invariant, evidence: evidence.slice(0, 10).join('; ') + more }];
}

/** What stands in a list a second time. */
export function repeated(names: readonly (string | null)[]): string[] {
  const seen = new Set<string>();
  return names.flatMap((name) => {
    if (name === null) return [];
    if (seen.has(name)) return [name];
    seen.add(name);
    return [];
  });
}

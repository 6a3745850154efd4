import type { Bound } from './bounds.ts';

/** A promise about a number, held or not. */
export function claim(text: string, measured: number, holds: boolean, digits = 2): Bound {
  return { claim: text, measured: measured.toFixed(digits), holds };
}

/** Makes the bench end with 1 where a promise was not held. */
export function endWith(bounds: readonly Bound[]): void {
  if (bounds.some(({ holds }) => !holds)) process.exitCode = 1;
}

/** One line per promise. */
export function claimLines(bounds: readonly Bound[]): string[] {
  return bounds.map(
    ({ claim: text, measured, holds }) =>
      `${holds ? 'holds' : 'DOES NOT HOLD'}: ${text} (${measured})`,
  );
}

import { permanentFaultKinds } from './provider-settings.ts';
import type { FaultKind, FaultSettings } from './provider-settings.ts';
import { drawUnit } from './seeded-draws.ts';

/** Which request a fault is drawn for. */
export type FaultSubject = {
  readonly requestHash: string;
  /** How often this request has arrived, from 1. */
  readonly arrival: number;
  readonly seed: number;
  /** The kinds that make sense for this sort of request. */
  readonly possible: readonly FaultKind[];
};

/**
 * The fault this arrival of a request meets, or null. Permanent kinds depend on (request, seed)
 * only; all others also on the arrival, so that a retry can heal. Each enabled kind has the same
 * share of `rate`, and a first arrival meets some fault with probability `rate`.
 */
export function drawFault(settings: FaultSettings, subject: FaultSubject): FaultKind | null {
  const { requestHash, arrival, seed } = subject;
  const kinds = settings.kinds.filter((kind) => subject.possible.includes(kind));
  if (kinds.length === 0 || settings.rate === 0) return null;

  const permanent = kinds.filter((kind) => permanentFaultKinds.includes(kind));
  const passing = kinds.filter((kind) => !permanentFaultKinds.includes(kind));
  const permanentRate = (settings.rate * permanent.length) / kinds.length;
  const forGood = chosen(permanent, permanentRate, drawUnit('permanent', requestHash, seed));
  if (forGood !== null) return forGood;

  // Rescaled, because this second draw happens only where the first one missed.
  const passingRate =
    permanentRate < 1 ? (settings.rate * passing.length) / kinds.length / (1 - permanentRate) : 0;
  return chosen(passing, passingRate, drawUnit('passing', requestHash, arrival, seed));
}

function chosen(kinds: readonly FaultKind[], rate: number, draw: number): FaultKind | null {
  if (draw >= rate) return null;
  return kinds[Math.floor((draw / rate) * kinds.length)] ?? null;
}

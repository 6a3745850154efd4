import { evenPart } from './fair-share.ts';
import { type Bucket, type Pace, paceOf, refill, take } from './token-bucket.ts';

/** What a process gets of one bucket, in whole numbers. */
export function drawShare(
  bucket: Bucket,
  perMinute: number | null,
  about: {
    readonly now: number;
    readonly back: number;
    /** Null for a process that comes anew. */
    readonly taken: number | null;
    readonly rivals: readonly number[];
    /** Null = takes nothing. */
    readonly wanted: number | null;
  },
): { readonly bucket: Bucket; readonly granted: number | null; readonly taken: number } {
  const { now, back, rivals, wanted } = about;
  if (perMinute === null) {
    return { bucket: { amount: 0, refilledAt: now }, granted: null, taken: about.taken ?? 0 };
  }
  const pace = paceOf(perMinute);
  const filled = take(refill(bucket, pace, now), -back, pace);
  const taken = standing(about.taken, back, rivals, pace);
  const available = Math.max(0, filled.amount);
  const granted = wanted === null ? 0 : wholePart({ available, wanted, taken, rivals });
  return { bucket: take(filled, granted, pace), granted, taken: taken + granted };
}

/** Its even part in whole numbers; where that is less than one, one goes to who has taken least. */
function wholePart(about: {
  readonly available: number;
  readonly wanted: number;
  readonly taken: number;
  readonly rivals: readonly number[];
}): number {
  const { available, wanted, taken, rivals } = about;
  if (rivals.length === 0) return Math.floor(available);
  const least = taken <= Math.min(...rivals) ? 1 : 0;
  const part = Math.max(least, evenPart(available, taken, rivals));
  return Math.floor(Math.min(part, wanted, available));
}

/**
 * What a process has taken beside its rivals. Who comes anew, or did not want anything for a while,
 * starts beside the others: nobody saves up turns.
 */
function standing(
  taken: number | null,
  back: number,
  rivals: readonly number[],
  pace: Pace,
): number {
  const least = rivals.length === 0 ? 0 : Math.min(...rivals);
  return taken === null ? least : Math.max(taken - back, least - pace.capacity);
}

import type { TimeSpan } from './item.ts';
import type { ShownFrame } from './row.ts';

/**
 * Whether a shown frame lies within a gold span; spans are closed at both ends. Judged from what
 * the answer call saw, by the same rule for every strategy.
 *
 * @returns null when there is no span, or a shown frame has no known time
 */
export function isHit(shown: readonly ShownFrame[], spans: readonly TimeSpan[]): boolean | null {
  if (spans.length === 0 || shown.some((frame) => frame.time_s === null)) return null;
  return shown.some(({ time_s: time }) =>
    spans.some((span) => time !== null && time >= span.startSeconds && time <= span.endSeconds),
  );
}

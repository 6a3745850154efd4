import type { TimeSpan } from '../item.ts';
import type { Row, ShownFrame } from '../row.ts';

/**
 * Whether a shown frame lies within a gold span; spans are closed at both ends. Judged from what
 * the answer call saw, by the same rule for every strategy. Nothing shown hits nothing.
 *
 * @returns null when there is no span, or no known time hits and some times are unknown
 */
export function isHit(shown: readonly ShownFrame[], spans: readonly TimeSpan[]): boolean | null {
  if (spans.length === 0) return null;
  const hits = shown.some(({ time_s: time }) =>
    spans.some((span) => time !== null && time >= span.startSeconds && time <= span.endSeconds),
  );
  return hits || shown.every((frame) => frame.time_s !== null) ? hits : null;
}

/** The same of a row: gold spans are those of an item's first video. */
export function isRowHit({
  shown,
  gold_spans,
  video_ids,
}: Pick<Row, 'shown' | 'gold_spans' | 'video_ids'>): boolean | null {
  const [first, ...others] = video_ids;
  const counts = ({ video_id }: ShownFrame): boolean => others.length === 0 || video_id === first;
  return isHit(shown.filter(counts), gold_spans);
}

import type { DatasetMapping } from '../../../domain/config/dataset-mapping.ts';
import type { TimeSpan } from '../../../domain/item.ts';
import { readTimeReference } from './time-reference.ts';
import { isEmpty, listIn, type MappedFields } from './mapped-fields.ts';

/**
 * The evidence spans of a record: two columns of seconds, a list of pairs of them, or text such as
 * `01:15-01:19`; null where the record has none.
 */
export function mappedSpans(
  fields: MappedFields,
  { spans }: Pick<DatasetMapping, 'spans'>,
): TimeSpan[] | null {
  if (spans === undefined) return null;
  if (typeof spans !== 'string') {
    const [start, end] = spans.map((field) => fields.number('spans', field));
    if (start == null || end == null) return null;
    const span = spanOf([start, end]);
    return span === null
      ? fields.refuse('spans', spans[1], 'must not be before the start')
      : [span];
  }
  const found = fields.record[spans];
  if (isEmpty(found)) return null;
  const clock = typeof found === 'string' ? readTimeReference(found) : null;
  if (clock !== null) return [clock];
  const pairs = listIn(found)?.map(spanOf);
  if (pairs?.every((span) => span !== null)) return pairs;
  return fields.refuse('spans', spans, 'must be like [[75, 79.5], [120, 130]] or 01:15-01:19');
}

function spanOf(value: unknown): TimeSpan | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [startSeconds, endSeconds] = value as readonly unknown[];
  if (!isSeconds(startSeconds) || !isSeconds(endSeconds)) return null;
  return startSeconds <= endSeconds ? { startSeconds, endSeconds } : null;
}

/** JSON has numbers that are too large to be one, such as 1e999. */
const isSeconds = (value: unknown): value is number => Number.isFinite(value);

import type { DatasetMapping } from '../../../domain/config/dataset-mapping.ts';
import { problemAt, type Place, type Problem } from '../problem.ts';

type Key = keyof DatasetMapping;

/** The fields of one record as `dataset.mapping` names them. */
export type MappedFields = {
  readonly record: Readonly<Record<string, unknown>>;
  /** Text, or a number or truth value as text; null where the record has none. */
  readonly text: (key: Key, field: string) => string | null;
  /** The same, where the record must have it. */
  readonly required: (key: Key, field: string) => string | null;
  readonly number: (key: Key, field: string) => number | null;
  /** The texts of a list, which in a table is written as JSON; none where the record has none. */
  readonly texts: (key: Key, field: string) => readonly string[];
  /** The texts of a list, or text alone. */
  readonly labels: (key: Key, field: string) => readonly string[];
  /** Notes that a field is of no use. */
  readonly refuse: (key: Key, field: string, what: string) => null;
};

/** Reads fields by the keys of the mapping that name them; what is wrong with one is noted. */
export function mappedFields(
  record: Readonly<Record<string, unknown>>,
  place: Place,
  note: (problem: Problem) => void,
): MappedFields {
  const say = (kind: 'wrong_format' | 'missing_column', key: Key, field: string, what: string) => {
    const fix = 'Mend the record or remove it';
    note(
      problemAt(place, kind, { what: `the field ${field} (dataset.mapping.${key}) ${what}`, fix }),
    );
    return null;
  };
  const refuse = (key: Key, field: string, what: string): null =>
    say('wrong_format', key, field, what);
  const text = (key: Key, field: string): string | null => {
    const found = record[field] ?? null;
    return found === null ? null : (scalarText(found) ?? refuse(key, field, 'must be text'));
  };
  const texts = (key: Key, field: string): readonly string[] => {
    if (isEmpty(record[field])) return [];
    const found = listIn(record[field])?.map(scalarText);
    if (found?.every((member) => member !== null)) return found;
    refuse(key, field, 'must be a list of texts');
    return [];
  };
  return {
    record,
    text,
    required: (key, field) =>
      record[field] == null ? say('missing_column', key, field, 'is missing') : text(key, field),
    number(key, field) {
      const found = text(key, field)?.trim() ?? '';
      if (found === '') return null;
      const number = Number(found);
      return Number.isFinite(number) ? number : refuse(key, field, 'must be a number');
    },
    texts,
    labels(key, field) {
      if (listIn(record[field]) !== null) return texts(key, field);
      const label = text(key, field);
      return label === null || label.trim() === '' ? [] : [label];
    },
    refuse,
  };
}

/** Whether a record has nothing there; a table has an empty cell. */
export const isEmpty = (value: unknown): boolean =>
  value == null || (typeof value === 'string' && value.trim() === '');

/** Text, or a number or truth value as text; null for anything else. */
function scalarText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/** A list, or the one that a cell of a table holds as JSON; null for anything else. */
export function listIn(value: unknown): readonly unknown[] | null {
  if (typeof value !== 'string') return Array.isArray(value) ? value : null;
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

import type { z } from 'zod';
import { problemAt, type Problem } from '../problem.ts';
import type { SourceRecord } from './json-records.ts';

/**
 * Checks a record field by field.
 *
 * @returns null after every field that is wrong was noted: `missing_column` where it is not there
 */
export function checkRecord<Fields>(
  { place, value }: SourceRecord,
  schema: z.ZodType<Fields>,
  note: (problem: Problem) => void,
): Fields | null {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    const what = 'the record is not a JSON object';
    note(problemAt(place, 'wrong_format', { what, fix: 'Mend or remove it' }));
    return null;
  }
  for (const { path, message } of parsed.error.issues) {
    const field = path.join('.');
    const isThere = String(path[0]) in value;
    const what = isThere ? `the field ${field} ${message}` : `the field ${field} is missing`;
    const fix = `${isThere ? 'Mend' : 'Add'} the field or remove the record`;
    note(problemAt(place, isThere ? 'wrong_format' : 'missing_column', { what, fix }));
  }
  return null;
}

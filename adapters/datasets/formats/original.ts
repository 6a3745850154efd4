import { z } from 'zod';
import type { DatasetFormat } from '../format.ts';
import { problemAt } from '../problem.ts';
import { inlineQuestionFields, readInlineQuestion } from '../reading/inline-question.ts';
import { checkRecord } from '../reading/check-record.ts';
import { videoField } from '../reading/fields.ts';
import { readJsonRecords } from '../reading/json-records.ts';

const recordSchema = z.looseObject({ key: videoField, ...inlineQuestionFields });

/**
 * The original script's data files: one question each, `{key, question, answer, uid?,
 * time_reference?, question_type?, ...}`, with the options inside the question. An item is named by
 * its `uid` where that is unique in the file.
 */
export const format: DatasetFormat = {
  summary:
    'a JSON list or JSON Lines of {key, question, answer, uid?}, options inside the question',
  ids: 'composed',
  async *read({ path, note }) {
    const records = await readJsonRecords(path, note);
    const repeated = repeatedUids(records.map(({ value }) => value));
    for (const record of records) {
      const { place, value } = record;
      if (holdsManyQuestions(value)) {
        const what = 'the record holds a whole video with its list of questions';
        note(problemAt(place, 'wrong_format', { what, fix: 'Set dataset.format to lvbench' }));
        continue;
      }
      const fields = checkRecord(record, recordSchema, note);
      if (fields === null) continue;
      const { id, ...question } = readInlineQuestion(fields, place, note);
      const isRepeated = id !== null && repeated.has(id);
      if (isRepeated) {
        const what = `its uid ${id} stands in other records, too`;
        const fix = 'It is named by its video and its place in the file';
        note(problemAt(place, 'duplicate_id', { what, fix }));
      }
      yield {
        place,
        id: isRepeated ? null : id,
        videos: [{ videoId: fields.key }],
        ...question,
        source: value as Record<string, unknown>,
      };
    }
  },
};

function repeatedUids(values: readonly unknown[]): Set<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const value of values) {
    const uid = (value as { readonly uid?: unknown } | null)?.uid;
    if (typeof uid !== 'string' && typeof uid !== 'number') continue;
    if (seen.has(String(uid))) repeated.add(String(uid));
    seen.add(String(uid));
  }
  return repeated;
}

const holdsManyQuestions = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && 'qa' in value && Array.isArray(value.qa);

import { z } from 'zod';
import type { QuestionDraft } from '../format.ts';
import type { Problem } from '../problem.ts';
import { checkRecord } from './check-record.ts';
import { nameField, textField } from './fields.ts';
import type { SourceRecord } from './json-records.ts';
import { openDraft, type OpenSet } from './open-question.ts';

const recordSchema = z.looseObject({
  video_id: nameField,
  id: nameField,
  question: textField,
  answer: textField,
  category_id: nameField.nullish(),
});

/** The layout in which MSVD-QA and MSRVTT-QA were first given away: numbers for videos. */
export type QaList = {
  readonly idOf: (record: { readonly video_id: string; readonly id: string }) => string;
  readonly set: OpenSet;
};

/** Whether the records are of that layout, rather than one half of a pair of files. */
export function isQaList(records: readonly SourceRecord[]): boolean {
  return records.some(
    ({ value }) => value !== null && typeof value === 'object' && 'video_id' in value,
  );
}

/** Reads records `{answer, question, video_id, id, category_id?}`. */
export function* readQaList(
  records: readonly SourceRecord[],
  note: (problem: Problem) => void,
  { idOf, set }: QaList,
): Iterable<QuestionDraft> {
  for (const record of records) {
    const fields = checkRecord(record, recordSchema, note);
    if (fields === null) continue;
    yield openDraft(
      {
        place: record.place,
        id: idOf(fields),
        video: fields.video_id,
        question: fields.question,
        answer: { form: 'free', text: fields.answer },
        type: fields.category_id ?? null,
        source: record.value as Record<string, unknown>,
      },
      set,
    );
  }
}

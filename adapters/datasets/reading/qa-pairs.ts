import { basename } from 'node:path';
import { z } from 'zod';
import type { QuestionDraft } from '../format.ts';
import type { Problem } from '../problem.ts';
import { checkRecord } from './check-record.ts';
import { findCompanion } from './companion.ts';
import { nameField, textField } from './fields.ts';
import { type Identified, joinAnswers } from './join-answers.ts';
import { readJsonRecords, type SourceRecord } from './json-records.ts';
import { openDraft, type OpenSet } from './open-question.ts';

const questionSchema = z.looseObject({
  video_name: nameField,
  question: textField,
  question_id: nameField,
});
const answerSchema = z.looseObject({
  question_id: nameField,
  answer: textField,
  type: nameField.nullish(),
});

type Note = (problem: Problem) => void;

/**
 * Reads a pair of files: `test_q.json` of `{video_name, question, question_id}`, and beside it
 * `test_a.json` of `{answer, type?, question_id}`. They are joined by `question_id`; their order means
 * nothing.
 *
 * @param questions the records of the first file
 * @param join      of a set whose files may have ids of videos
 */
export async function* readQaPairs(
  path: string,
  questions: readonly SourceRecord[],
  note: Note,
  set: OpenSet,
  join: typeof joinAnswers = joinAnswers,
): AsyncIterable<QuestionDraft> {
  const file = await findCompanion(path, (stem) => stem.replace(/_q$/, '_a'), 'json');
  const records = file === null ? [] : await readJsonRecords(file, note);
  const why =
    file === null
      ? 'there is no file of answers such as test_a.json beside it'
      : `${basename(file)} has no answer to it`;
  const answers = checked(records, answerSchema, note);
  for (const { record, fields, id, answer } of join(
    checked(questions, questionSchema, note),
    answers,
    note,
  )) {
    yield openDraft(
      {
        place: record.place,
        id,
        video: fields.video_name,
        question: fields.question,
        answer:
          answer === undefined
            ? { form: 'none', why }
            : { form: 'free', text: answer.fields.answer },
        type: answer?.fields.type ?? null,
        source: { ...(answer?.record.value as object), ...(record.value as object) },
      },
      set,
    );
  }
}

function checked<Fields extends { readonly question_id: string }>(
  records: readonly SourceRecord[],
  schema: z.ZodType<Fields>,
  note: Note,
): readonly Identified<Fields>[] {
  return records.flatMap((record) => {
    const fields = checkRecord(record, schema, note);
    return fields === null ? [] : [{ record, fields }];
  });
}

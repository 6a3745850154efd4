import { basename } from 'node:path';
import { z } from 'zod';
import type { QuestionDraft } from '../format.ts';
import { problemAt, type Problem } from '../problem.ts';
import { checkRecord } from './check-record.ts';
import { findCompanion } from './companion.ts';
import { nameField, textField } from './fields.ts';
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
type Answer = z.infer<typeof answerSchema> & { readonly source: object };

type Note = (problem: Problem) => void;

/**
 * Reads a pair of files: `test_q.json` of `{video_name, question, question_id}`, and beside it
 * `test_a.json` of `{answer, type?, question_id}`. They are joined by `question_id`; their order means
 * nothing.
 *
 * @param questions the records of the first file
 */
export async function* readQaPairs(
  path: string,
  questions: readonly SourceRecord[],
  note: Note,
  set: OpenSet,
): AsyncIterable<QuestionDraft> {
  const file = await findCompanion(path, (stem) => stem.replace(/_q$/, '_a'), 'json');
  const answers = file === null ? new Map<string, Answer>() : await readAnswers(file, note);
  const why =
    file === null
      ? 'there is no file of answers such as test_a.json beside it'
      : `${basename(file)} has no answer to it`;
  for (const record of questions) {
    const fields = checkRecord(record, questionSchema, note);
    if (fields === null) continue;
    const found = answers.get(fields.question_id);
    yield openDraft(
      {
        place: record.place,
        id: fields.question_id,
        video: fields.video_name,
        question: fields.question,
        answer: found === undefined ? { form: 'none', why } : { form: 'free', text: found.answer },
        type: found?.type ?? null,
        source: { ...found?.source, ...(record.value as Record<string, unknown>) },
      },
      set,
    );
  }
}

/** The records of a file of answers by the id of their question. */
async function readAnswers(file: string, note: Note): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>();
  for (const record of await readJsonRecords(file, note)) {
    const answer = checkRecord(record, answerSchema, note);
    if (answer === null) continue;
    if (answers.has(answer.question_id)) noteRepeat(record, answer.question_id, note);
    answers.set(answer.question_id, { ...answer, source: record.value as object });
  }
  return answers;
}

function noteRepeat({ place }: SourceRecord, id: string, note: Note): void {
  const what = `a second answer to the question ${id}`;
  const fix = 'Give each question an id of its own';
  note(problemAt(place, 'duplicate_id', { what, fix, severity: 'fatal' }));
}

import { z } from 'zod';
import type { TimeSpan } from '../../../domain/item.ts';
import type { QuestionDraft } from '../format.ts';
import { problemAt, type Place, type Problem } from '../problem.ts';
import { readTimeReference } from './time-reference.ts';
import { labelsField, nameField, textField } from './fields.ts';

/** The fields of one question as LVBench has it; others stay in the source. */
export const inlineQuestionFields = {
  uid: nameField.nullish(),
  question: textField,
  answer: z.string({ error: 'must be text such as "B"' }).nullish(),
  time_reference: z.unknown().optional(),
  question_type: labelsField.nullish(),
};

/** The parts of a draft that come from such a question. */
export function readInlineQuestion(
  fields: z.infer<z.ZodObject<typeof inlineQuestionFields>>,
  place: Place,
  note: (problem: Problem) => void,
): Pick<QuestionDraft, 'id' | 'question' | 'options' | 'answer' | 'spans' | 'categories'> {
  const { uid, question, answer, time_reference: time, question_type: types } = fields;
  return {
    id: uid == null || uid.trim() === '' ? null : uid,
    question,
    options: 'inline',
    answer: answer == null ? { form: 'none' } : { form: 'letter', text: answer },
    spans: readSpans(time, place, note),
    categories: types == null ? {} : { question_type: types },
  };
}

function readSpans(
  time: unknown,
  place: Place,
  note: (problem: Problem) => void,
): TimeSpan[] | null {
  if (time == null || time === '') return null;
  const span = typeof time === 'string' ? readTimeReference(time) : null;
  if (span !== null) return [span];
  const what = 'its time_reference is not like 01:15-01:19';
  note(problemAt(place, 'empty_spans', { what, fix: 'It is left out of hit rates' }));
  return null;
}

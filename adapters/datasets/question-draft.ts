import { z } from 'zod';
import { faultOfFolderName } from './folder-name.ts';
import type { Problem } from './problem.ts';

/** A question as its record has it, checked field by field, before it gets its id. */
export type QuestionDraft = {
  readonly line: number | null;
  /** Number of the question in the file, from 1. */
  readonly record: number;
  readonly videoId: string;
  readonly uid: string | null;
  readonly question: string;
  readonly answer: string | null;
  readonly timeReference: string | null;
  readonly categories: Readonly<Record<string, string[]>>;
  readonly source: Readonly<Record<string, unknown>>;
};

export type DraftedQuestions = {
  readonly drafts: readonly QuestionDraft[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
};

const nameSchema = z
  .union([z.string(), z.number()], { error: 'must be text' })
  .transform(String)
  // Stored as UTF-8, two such names would become one.
  .refine((name) => !/\p{Surrogate}/u.test(name), { error: 'contains half a character' });

/** A video's key: the name of its folder. */
export const keySchema = nameSchema.superRefine((key, context) => {
  const fault = faultOfFolderName(key);
  if (fault !== null)
    context.addIssue({ code: 'custom', message: `${fault} and cannot name a folder` });
});

/** The fields of one question that matter here; others stay in `source`. */
export const questionFields = {
  uid: nameSchema.nullish(),
  question: z
    .string({ error: 'must be text' })
    .refine((text) => text.trim() !== '', { error: 'is empty' }),
  answer: z.string({ error: 'must be text such as "B"' }).nullish(),
  time_reference: z.unknown().optional(),
  question_type: z
    .union([z.string().transform((name) => [name]), z.array(z.string())], {
      error: 'must be text or a list of texts',
    })
    .nullish(),
};

/** The parts of a draft that come from the fields of a question. */
export function readQuestionFields(
  fields: z.infer<z.ZodObject<typeof questionFields>>,
): Pick<QuestionDraft, 'uid' | 'question' | 'answer' | 'timeReference' | 'categories'> {
  const { uid, question, answer, time_reference: time, question_type: types } = fields;
  return {
    uid: uid == null || uid.trim() === '' ? null : uid,
    question,
    answer: answer == null || answer.trim() === '' ? null : answer.trim(),
    timeReference: timeText(time),
    categories: types == null ? {} : { question_type: types },
  };
}

function timeText(time: unknown): string | null {
  if (time == null || time === '') return null;
  return typeof time === 'string' ? time : JSON.stringify(time);
}

/** One problem per field that a record has wrong. */
export function problemsOfRecord(
  place: Pick<Problem, 'file' | 'line' | 'record'>,
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
): Problem[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return [{ ...place, what: 'the record is not a JSON object', fix: 'Mend or remove it' }];
  return issues.map(({ path, message }) => {
    const field = path.join('.');
    const isThere = String(path[0]) in value;
    return isThere
      ? {
          ...place,
          what: `the field ${field} ${message}`,
          fix: 'Mend the field or remove the record',
        }
      : {
          ...place,
          what: `the field ${field} is missing`,
          fix: 'Add the field or remove the record',
        };
  });
}

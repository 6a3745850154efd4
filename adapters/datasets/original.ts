import { z } from 'zod';
import type { Problem } from './problem.ts';
import {
  keySchema,
  problemsOfRecord,
  questionFields,
  readQuestionFields,
  type DraftedQuestions,
  type QuestionDraft,
} from './question-draft.ts';
import type { SourceRecord } from './read-records.ts';

const recordSchema = z.looseObject({ key: keySchema, ...questionFields });

/**
 * Reads the records of the original script's data files: one question each, `{key, question,
 * answer, uid?, time_reference?, question_type?, ...}`, with the options inside the question.
 */
export function draftOriginal(records: readonly SourceRecord[], file: string): DraftedQuestions {
  const drafts: QuestionDraft[] = [];
  const problems: Problem[] = [];
  for (const { line, record, value } of records) {
    const parsed = recordSchema.safeParse(value);
    if (parsed.success)
      drafts.push({
        line,
        record,
        videoId: parsed.data.key,
        ...readQuestionFields(parsed.data),
        source: { ...(value as Record<string, unknown>) },
      });
    else if (holdsManyQuestions(value))
      problems.push({
        file,
        line,
        record,
        what: 'the record holds a whole video with its list of questions',
        fix: 'Set dataset.format to lvbench',
      });
    else problems.push(...problemsOfRecord({ file, line, record }, value, parsed.error.issues));
  }
  return { drafts, problems, warnings: [] };
}

const holdsManyQuestions = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && 'qa' in value && Array.isArray(value.qa);

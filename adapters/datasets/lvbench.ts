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

const videoSchema = z.looseObject({
  key: keySchema,
  type: z.string().nullish(),
  qa: z.array(z.unknown(), { error: 'must be a list of questions' }),
});
const questionSchema = z.looseObject(questionFields);

/**
 * Reads LVBench's `video_info.meta.jsonl`: one video per line, `{key, type, video_info, qa: [{uid,
 * question, answer, question_type[], time_reference}]}`. Each question becomes one item whose
 * source is its own record with the fields of its video.
 */
export function draftLvbench(records: readonly SourceRecord[], file: string): DraftedQuestions {
  const drafts: QuestionDraft[] = [];
  const problems: Problem[] = [];
  const warnings: string[] = [];
  let questions = 0;
  for (const { line, record, value } of records) {
    const video = videoSchema.safeParse(value);
    if (!video.success) {
      problems.push(...problemsOfRecord({ file, line, record: null }, value, video.error.issues));
      continue;
    }
    const { key, type, qa } = video.data;
    if (qa.length === 0) warnings.push(`video ${key} (line ${line ?? record}) has no questions`);
    for (const entry of qa) {
      questions += 1;
      const place = { line, record: questions };
      const question = questionSchema.safeParse(entry);
      if (!question.success) {
        problems.push(...problemsOfRecord({ file, ...place }, entry, question.error.issues));
        continue;
      }
      const fields = readQuestionFields(question.data);
      const genre = type == null ? {} : { type: [type] };
      const source = sourceOf(value, entry);
      drafts.push({
        ...place,
        videoId: key,
        ...fields,
        categories: { ...fields.categories, ...genre },
        source,
      });
    }
  }
  return { drafts, problems, warnings };
}

function sourceOf(video: unknown, question: unknown): Record<string, unknown> {
  const { qa: _, ...shared } = video as Record<string, unknown>;
  return { ...shared, ...(question as Record<string, unknown>) };
}

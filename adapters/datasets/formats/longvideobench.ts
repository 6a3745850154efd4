import { z } from 'zod';
import { fileStem } from '../../../domain/text/file-stem.ts';
import type { AnswerForm, DatasetFormat } from '../format.ts';
import { indexForm } from '../reading/answer-forms.ts';
import { checkRecord } from '../reading/check-record.ts';
import { nameField, secondsField, textField, textsField } from '../reading/fields.ts';
import { readRecords } from '../reading/records.ts';

const recordSchema = z
  .looseObject({
    id: nameField,
    video_path: nameField,
    question: textField,
    candidates: textsField.nullish(),
    option0: textField.nullish(),
    correct_choice: nameField.nullish(),
    duration: secondsField,
    duration_group: nameField,
    question_category: textField,
    topic_category: textField,
    level: textField.nullish(),
  })
  .refine(({ candidates, option0 }) => candidates != null || option0 != null, {
    error: 'is missing, and so is option0',
    path: ['candidates'],
  });
type Fields = z.infer<typeof recordSchema>;

/**
 * LongVideoBench's `lvb_val.json` and `lvb_test_wo_gt.json`: `{id, video_id, video_path, question, candidates,
 * correct_choice?, position, question_category, topic_category, level, duration_group, duration, ...}`;
 * or the Parquet file at Hugging Face, with `option0..option4` filled up with `N/A`. The answer is the
 * number of an option from 0; the test set has -1 or none. `position` counts frames of a video whose rate
 * is not told: it stays in the source and gives no spans.
 */
export const format: DatasetFormat = {
  summary: 'lvb_val.json or lvb_test_wo_gt.json, or the Parquet file of either',
  ids: 'unique',
  mediaRoots: ['videos', '../videos'],
  async *read({ path, note }) {
    for (const record of await readRecords(path, note)) {
      const fields = checkRecord(record, recordSchema, note);
      if (fields === null) continue;
      const { id, video_path: video, question, correct_choice: choice, level } = fields;
      yield {
        place: record.place,
        id,
        videos: [{ videoId: fileStem(video), files: [video] }],
        question,
        options: fields.candidates ?? paddedOptions(fields),
        answer: answerOf(choice),
        spans: null,
        durationSeconds: fields.duration,
        categories: {
          question_category: [fields.question_category],
          topic_category: [fields.topic_category],
          ...(level != null && { level: [level] }),
          duration_group: [fields.duration_group],
        },
        source: record.value as Record<string, unknown>,
      };
    }
  },
};

const answerOf = (choice: string | null | undefined): AnswerForm =>
  choice == null || choice.trim() === '-1' ? { form: 'none' } : indexForm(choice);

const textOf = (option: unknown): string => (typeof option === 'string' ? option : 'N/A');

function paddedOptions(fields: Fields): readonly string[] {
  const options = [0, 1, 2, 3, 4].map((number) => textOf(fields[`option${number}`]));
  return options.slice(0, options.findLastIndex((option) => option !== 'N/A') + 1);
}

import { z } from 'zod';
import type { DatasetFormat } from '../format.ts';
import { checkRecord } from '../reading/check-record.ts';
import { nameField, textField, videoField } from '../reading/fields.ts';
import { listedOptionsField } from '../reading/listed-options.ts';
import { readRecords } from '../reading/records.ts';

const recordSchema = z.looseObject({
  videoID: videoField,
  question_id: nameField,
  duration: textField,
  domain: textField,
  sub_category: textField,
  task_type: textField,
  question: textField,
  options: listedOptionsField,
  answer: textField.nullish(),
});

/**
 * Video-MME as Hugging Face has it, or the same fields in another kind of file: `{video_id, duration,
 * domain, sub_category, url, videoID, question_id, task_type, question, options, answer}`. Options bear
 * their letters (`A. red`), the answer is one of these.
 */
export const format: DatasetFormat = {
  summary: 'test-00000-of-00001.parquet, or its rows as JSON, JSON Lines or CSV',
  ids: 'unique',
  mediaRoots: ['../data', 'data', '../videos', 'videos'],
  async *read({ path, note }) {
    for (const record of await readRecords(path, note)) {
      const fields = checkRecord(record, recordSchema, note);
      if (fields === null) continue;
      const { duration, domain, sub_category, task_type, question, options, answer } = fields;
      yield {
        place: record.place,
        id: fields.question_id,
        videos: [{ videoId: fields.videoID }],
        question,
        options,
        answer: answer == null ? { form: 'none' } : { form: 'letter', text: answer },
        spans: null,
        categories: {
          duration: [duration],
          domain: [domain],
          sub_category: [sub_category],
          task_type: [task_type],
        },
        source: record.value as Record<string, unknown>,
      };
    }
  },
};

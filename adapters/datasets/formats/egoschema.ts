import { z } from 'zod';
import type { AnswerForm, DatasetFormat } from '../format.ts';
import { indexForm } from '../reading/answer-forms.ts';
import { checkRecord } from '../reading/check-record.ts';
import { findCompanion } from '../reading/companion.ts';
import { textField, videoField } from '../reading/fields.ts';
import { lookUp, readJsonObject, readJsonRecords } from '../reading/json-records.ts';

const options = ['option 0', 'option 1', 'option 2', 'option 3', 'option 4'] as const;
const recordSchema = z.looseObject({
  q_uid: videoField,
  question: textField,
  ...Object.fromEntries(options.map((option) => [option, textField])),
});

/**
 * EgoSchema's `questions.json`: `{q_uid, google_drive_id, question, "option 0".."option 4"}`, one question
 * for each video. `subset_answers.json` beside it has the numbers of the right options of 500, from 0;
 * the others are asked and not scored here, as their answers are kept by the authors.
 */
export const format: DatasetFormat = {
  summary: 'questions.json, with subset_answers.json beside it',
  ids: 'unique',
  mediaRoots: ['videos', 'good_clips_git'],
  async *read({ path, note }) {
    const file = await findCompanion(path, () => 'subset_answers', 'json');
    const answers = file === null ? null : await readJsonObject(file, note);
    for (const record of await readJsonRecords(path, note)) {
      const fields = checkRecord(record, recordSchema, note);
      if (fields === null) continue;
      const { q_uid: id, question } = fields;
      yield {
        place: record.place,
        id,
        videos: [{ videoId: id }],
        question,
        options: options.map((option) => fields[option] as string),
        answer: answerOf(lookUp(answers, id)),
        spans: null,
        categories: {},
        source: record.value as Record<string, unknown>,
      };
    }
  },
};

const answerOf = (index: unknown): AnswerForm =>
  index === undefined
    ? { form: 'none' }
    : indexForm(typeof index === 'number' ? index : JSON.stringify(index));

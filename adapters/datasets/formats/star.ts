import { extname } from 'node:path';
import { z } from 'zod';
import type { DatasetFormat } from '../format.ts';
import { checkRecord } from '../reading/check-record.ts';
import { readTable } from '../reading/csv-records.ts';
import { nameField, secondsField, textField, videoField } from '../reading/fields.ts';
import { readIgvlmChoice } from '../reading/igvlm-choice.ts';
import { readJsonRecords } from '../reading/json-records.ts';
import { starCategories, starVideo } from '../reading/star-clips.ts';

const choiceSchema = z.looseObject({
  choice_id: z.number({ error: 'must be a number' }),
  choice: textField,
});
const recordSchema = z.looseObject({
  question_id: nameField,
  video_id: videoField,
  start: secondsField,
  end: secondsField,
  question: textField,
  answer: textField.nullish(),
  choices: z.array(choiceSchema, { error: 'must be a list of choices' }),
});

/**
 * STAR's `STAR_<split>.json`: `{question_id, question, video_id, start, end, answer, choices:
 * [{choice_id, choice}], situations, ...}`, the answer being the text of a choice and the bounds in
 * seconds; or IG-VLM's `STAR.csv`. The scene graphs in `situations` stay behind: they weigh as much as a
 * thousand questions and are not asked about.
 */
export const format: DatasetFormat = {
  summary: "STAR_<split>.json, or IG-VLM's STAR.csv",
  ids: 'unique',
  mediaRoots: ['Charades_v1_480', 'videos'],
  async *read({ path, note }) {
    if (extname(path) === '.csv') {
      yield* readIgvlmChoice(await readTable(path, note), note);
      return;
    }
    for (const record of await readJsonRecords(path, note)) {
      const fields = checkRecord(record, recordSchema, note);
      if (fields === null) continue;
      const { situations: _, ...source } = record.value as Record<string, unknown>;
      const { question_id: id, video_id: video, answer, choices, start, end } = fields;
      yield {
        place: record.place,
        id,
        videos: [starVideo(video, { startSeconds: start, endSeconds: end })],
        question: fields.question,
        options: choices
          .toSorted((left, right) => left.choice_id - right.choice_id)
          .map(({ choice }) => choice),
        answer: answer == null ? { form: 'none' } : { form: 'text', text: answer },
        spans: null,
        categories: starCategories(id.replace(/_\d+$/, '')),
        source,
      };
    }
  },
};

import { z } from 'zod';
import { problemAt, type Problem } from '../problem.ts';
import type { DatasetFormat } from '../format.ts';
import { checkRecord } from '../reading/check-record.ts';
import { labelsField, textField, textsField } from '../reading/fields.ts';
import { readJsonObject } from '../reading/json-records.ts';

const wholeNumber = z.int({ error: 'must be a whole number' });
const questionSchema = z.looseObject({
  id: wholeNumber,
  question: textField,
  options: textsField,
  answer_id: wholeNumber.nullish(),
  area: textField.nullish(),
  reasoning: textField.nullish(),
  tag: labelsField.nullish(),
});

/**
 * The multiple-choice part of Perception Test: one JSON object of `{<video>: {metadata, mc_question: [{id,
 * question, options[3], answer_id, area, reasoning, tag[]}]}}`. An `id` is unique within its video; the
 * test split has no `answer_id`.
 */
export const format: DatasetFormat = {
  summary: 'mc_question_valid.json or all_valid.json: an object with the questions of each video',
  ids: 'unique',
  mediaRoots: ['videos', '../videos'],
  async *read({ path, note }) {
    let record = 0;
    for (const [videoId, value] of Object.entries((await readJsonObject(path, note)) ?? {})) {
      for (const entry of questionsOf(value, { path, videoId, note })) {
        record += 1;
        const place = { file: path, line: null, record };
        const fields = checkRecord({ place, value: entry }, questionSchema, note);
        if (fields === null) continue;
        const { id, question, options, answer_id: index, area, reasoning, tag } = fields;
        yield {
          place,
          id: `${videoId}_${id}`,
          videos: [{ videoId }],
          question,
          options,
          answer: index == null ? { form: 'none' } : { form: 'index', index },
          spans: null,
          categories: {
            ...(area != null && { area: [area] }),
            ...(reasoning != null && { reasoning: [reasoning] }),
            ...(tag != null && { tag }),
          },
          source: entry as Record<string, unknown>,
        };
      }
    }
  },
};

const videoSchema = z.looseObject({ mc_question: z.array(z.unknown()) });

function questionsOf(
  value: unknown,
  about: { path: string; videoId: string; note: (problem: Problem) => void },
): readonly unknown[] {
  const video = videoSchema.safeParse(value);
  if (video.success) return video.data.mc_question;
  const what = `the video ${about.videoId} has no list mc_question`;
  const place = { file: about.path, line: null, record: null };
  about.note(problemAt(place, 'missing_column', { what, fix: 'Fetch the file again' }));
  return [];
}

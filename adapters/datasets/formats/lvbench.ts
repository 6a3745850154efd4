import { z } from 'zod';
import type { DatasetFormat } from '../format.ts';
import { problemAt } from '../problem.ts';
import { checkRecord } from '../reading/check-record.ts';
import { textField, videoField } from '../reading/fields.ts';
import { inlineQuestionFields, readInlineQuestion } from '../reading/inline-question.ts';
import { readJsonRecords } from '../reading/json-records.ts';

const videoSchema = z.looseObject({
  key: videoField,
  type: textField.nullish(),
  qa: z.array(z.unknown(), { error: 'must be a list of questions' }),
});
const questionSchema = z.looseObject(inlineQuestionFields);

/**
 * LVBench's `video_info.meta.jsonl`: one video per line, `{key, type, video_info, qa: [{uid, question,
 * answer, question_type[], time_reference}]}`. Each question becomes one item whose source is its own
 * record with the fields of its video.
 */
export const format: DatasetFormat = {
  summary: 'video_info.meta.jsonl: one video per line with its list of questions',
  ids: 'unique',
  async *read({ path, note }) {
    let questions = 0;
    for (const record of await readJsonRecords(path, note)) {
      const place = { ...record.place, record: null };
      const video = checkRecord({ ...record, place }, videoSchema, note);
      for (const entry of video?.qa ?? []) {
        questions += 1;
        const asked = { ...place, record: questions };
        const fields = checkRecord({ place: asked, value: entry }, questionSchema, note);
        if (video === null || fields === null) continue;
        const question = readInlineQuestion(fields, asked, note);
        if (fields.time_reference == null) {
          const what = 'it has no annotated time';
          note(problemAt(asked, 'empty_spans', { what, fix: 'It is left out of hit rates' }));
        }
        const genre = video.type == null ? {} : { type: [video.type] };
        yield {
          place: asked,
          ...question,
          videos: [{ videoId: video.key }],
          categories: { ...question.categories, ...genre },
          source: sourceOf(record.value, entry),
        };
      }
    }
  },
};

function sourceOf(video: unknown, question: unknown): Record<string, unknown> {
  const { qa: _, ...shared } = video as Record<string, unknown>;
  return { ...shared, ...(question as Record<string, unknown>) };
}

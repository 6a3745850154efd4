import { z } from 'zod';
import { fileStem } from '../../../domain/text/file-stem.ts';
import type { TimeSpan } from '../../../domain/item.ts';
import type { DatasetFormat, DatasetInput } from '../format.ts';
import { problemAt, wholeFile } from '../problem.ts';
import { checkRecord } from '../reading/check-record.ts';
import { findCompanion } from '../reading/companion.ts';
import { readTable } from '../reading/csv-records.ts';
import { secondsField } from '../reading/fields.ts';
import { lookUp, readJsonObject } from '../reading/json-records.ts';
import { readNextqaTable } from '../reading/nextqa-table.ts';

const spanSchema = z
  // Some begin a tenth of a second before the video does.
  .tuple([z.number(), z.number()], { error: 'must be a start and an end in seconds' })
  .refine(([start, end]) => start <= end, { error: 'must not end before it begins' })
  .transform(([startSeconds, endSeconds]): TimeSpan => ({ startSeconds, endSeconds }));
const evidenceSchema = z.record(
  z.string(),
  z.looseObject({
    duration: secondsField,
    location: z.record(z.string(), z.array(spanSchema)),
  }),
);
type Evidence = z.infer<typeof evidenceSchema>;

/**
 * NExT-GQA's `val.csv` and `test.csv`: questions of NExT-QA, answered by the text of an option, with the
 * spans of the video where the answer is seen in `gsub_<split>.json`: `{video: {duration, location:
 * {qid: [[start, end], ...]}, fps}}`, in seconds.
 */
export const format: DatasetFormat = {
  summary: 'val.csv or test.csv with gsub_<split>.json beside it, and map_vid_vidorID.json',
  ids: 'unique',
  mediaRoots: ['NExTVideo', 'videos'],
  async *read({ path, note }) {
    const evidence = await readEvidence(path, note);
    const table = await readTable(path, note);
    for await (const draft of readNextqaTable(table, 'video_id', note)) {
      const { video_id: video = '', qid = '', answer = '' } = draft.source;
      const seen = lookUp(evidence, video);
      yield {
        ...draft,
        answer: { form: 'text', text: answer },
        spans: evidence === null ? null : (lookUp(seen?.location ?? null, qid) ?? []),
        ...(seen !== undefined && { durationSeconds: seen.duration }),
      };
    }
  },
};

async function readEvidence(path: string, note: DatasetInput['note']): Promise<Evidence | null> {
  const file = await findCompanion(path, (stem) => `gsub_${stem}`, 'json');
  if (file === null) {
    const name = `gsub_${fileStem(path).split('.')[0]}.json`;
    const what = `there is no ${name} beside it, which says where the answers are seen`;
    note(problemAt(wholeFile(path), 'empty_spans', { what, fix: 'Put it there for hit rates' }));
    return null;
  }
  const place = wholeFile(file);
  const value = await readJsonObject(file, note);
  const evidence = value && checkRecord({ place, value }, evidenceSchema, note);
  for (const [video, { location }] of Object.entries(evidence ?? {}))
    if (Object.keys(location).length === 0) {
      const what = `video ${video} is listed without a span`;
      const fix = 'Its questions, if there are any, are left out of hit rates';
      note(problemAt(place, 'empty_spans', { what, fix }));
    }
  return evidence;
}

import type { QuestionDraft, VideoReference } from '../format.ts';
import type { Problem } from '../problem.ts';
import { indexForm } from './answer-forms.ts';
import { findCompanion } from './companion.ts';
import { type CsvRow, rowsWith, type Table } from './csv-records.ts';
import { lookUp, readJsonObject } from './json-records.ts';

const options = ['a0', 'a1', 'a2', 'a3', 'a4'];

type Note = (problem: Problem) => void;

/**
 * Reads a table as NExT-QA and the sets made from it have it: `<video>, question, answer, qid, type,
 * a0..a4`, the answer being the number of an option from 0. A `qid` is unique within its video only.
 * `map_vid_vidorID.json` beside the table says in which folder a video's file lies.
 *
 * @param table        null gives no questions
 * @param videoColumn  its name differs between the sets
 */
export async function* readNextqaTable(
  table: Table | null,
  videoColumn: 'video' | 'video_id',
  note: Note,
): AsyncIterable<QuestionDraft & { readonly source: CsvRow }> {
  if (table === null) return;
  const videoOf = await readVideoFiles(table.file, note);
  const columns = [videoColumn, 'question', 'answer', 'qid', 'type', ...options];
  for (const { place, value } of rowsWith(columns, table, note)) {
    const { [videoColumn]: video = '', question = '', answer = '', qid, type = '' } = value;
    yield {
      place,
      id: `${video}_${qid}`,
      videos: [videoOf(video)],
      question,
      options: options.map((option) => value[option] ?? ''),
      answer: indexForm(answer),
      spans: null,
      categories: { type: [type] },
      source: value,
    };
  }
}

async function readVideoFiles(
  path: string,
  note: Note,
): Promise<(videoId: string) => VideoReference> {
  const map = await findCompanion(path, () => 'map_vid_vidorID', 'json');
  const files = map === null ? null : await readJsonObject(map, note);
  return (videoId) => {
    const file = lookUp(files, videoId);
    return { videoId, ...(typeof file === 'string' && { files: [file, videoId] }) };
  };
}

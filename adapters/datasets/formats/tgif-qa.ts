import type { DatasetFormat, QuestionDraft } from '../format.ts';
import type { Problem } from '../problem.ts';
import { indexForm } from '../reading/answer-forms.ts';
import { isTablePath, readTable, rowsWith, type Table } from '../reading/csv-records.ts';
import { readIgvlmOpen } from '../reading/igvlm-open.ts';
import { joinInOrder } from '../reading/join-answers.ts';
import { readJsonRecords } from '../reading/json-records.ts';
import { type OpenSet, typeLabel } from '../reading/open-question.ts';
import { readQaPairs } from '../reading/qa-pairs.ts';
import { splitOfTable } from '../reading/split-of-file.ts';

const types = ['object', 'number', 'color', 'location'];
const set: OpenSet = { videoOf: (name) => ({ videoId: name }), types };

/**
 * TGIF-QA: a pair `test_q.json` and `test_a.json`, IG-VLM's `TGIF_FrameQA.csv`, or a tab-separated official
 * file of one task: `gif_name, question, a1..a5?, answer, type?, vid_id, key, description?`. An item is named by
 * what is unique in the two tables, such as `FRAMEQA1159`. In Free Video-LLM's pairs it is the id of
 * the GIF, which has up to nine questions: they are told apart and joined with its answers by their order.
 */
export const format: DatasetFormat = {
  summary:
    'TGIF_FrameQA.csv of IG-VLM, an official Test_frameqa_question.tsv (or action, transition, count), or test_q.json with its _a.json beside it',
  ids: 'unique',
  mediaRoots: ['tgif_videos', 'mp4', '../../data/video_qa/TGIF_Zero_Shot_QA/mp4', 'gifs'],
  splitOf: splitOfTable,
  async *read({ path, note }) {
    if (!isTablePath(path)) {
      yield* readQaPairs(path, await readJsonRecords(path, note), note, set, joinInOrder);
      return;
    }
    const table = await readTable(path, note);
    yield* table?.columns.includes('gif_name')
      ? readOfficial(table, note)
      : readIgvlmOpen(table, note, set);
  },
};

const optionColumns = ['a1', 'a2', 'a3', 'a4', 'a5'];

/** Of a choice the answer is the number of an option from 0. */
function* readOfficial(table: Table, note: (problem: Problem) => void): Iterable<QuestionDraft> {
  const options = table.columns.includes('a1') ? optionColumns : [];
  const columns = ['gif_name', 'question', 'answer', 'vid_id', ...options];
  for (const { place, value } of rowsWith(columns, table, note)) {
    const { gif_name: name = '', question = '', answer = '', vid_id: id = '', type } = value;
    yield {
      place,
      id,
      videos: [set.videoOf(name)],
      question,
      options: options.map((option) => value[option] ?? ''),
      answer: options.length > 0 ? indexForm(answer) : { form: 'free', text: answer },
      spans: null,
      categories: type === undefined ? {} : { type: [typeLabel(type, types)] },
      source: value,
    };
  }
}

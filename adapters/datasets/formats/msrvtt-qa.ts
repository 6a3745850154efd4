import type { DatasetFormat } from '../format.ts';
import { isTablePath, readTable } from '../reading/csv-records.ts';
import { readIgvlmOpen } from '../reading/igvlm-open.ts';
import { readJsonRecords } from '../reading/json-records.ts';
import type { OpenSet } from '../reading/open-question.ts';
import { isQaList, readQaList } from '../reading/qa-list.ts';
import { readQaPairs } from '../reading/qa-pairs.ts';
import { splitOfTable } from '../reading/split-of-file.ts';

/** The original list has the number of a video alone, where its file is called `video6513`. */
const set: OpenSet = {
  videoOf: (name) => ({ videoId: /^\d+$/.test(name) ? `video${name}` : name }),
};

/**
 * MSRVTT-QA: a pair `test_q.json` and `test_a.json`, IG-VLM's `MSRVTT_QA.csv`, or the list in which the set
 * was first given away, `{answer, question, video_id, id}`.
 */
export const format: DatasetFormat = {
  summary:
    'test_q.json or val_q.json with its _a.json beside it, MSRVTT_QA.csv of IG-VLM, or the original val_qa.json',
  ids: 'unique',
  mediaRoots: ['videos/all', '../../data/video_qa/MSRVTT_Zero_Shot_QA/videos/all', 'videos'],
  splitOf: splitOfTable,
  async *read({ path, note }) {
    if (isTablePath(path)) {
      yield* readIgvlmOpen(await readTable(path, note), note, set);
      return;
    }
    const records = await readJsonRecords(path, note);
    yield* isQaList(records)
      ? readQaList(records, note, { idOf: ({ id }) => id, set })
      : readQaPairs(path, records, note, set);
  },
};

import type { DatasetFormat } from '../format.ts';
import { isTablePath, readTable } from '../reading/csv-records.ts';
import { readIgvlmOpen } from '../reading/igvlm-open.ts';
import { readJsonRecords } from '../reading/json-records.ts';
import type { OpenSet } from '../reading/open-question.ts';
import { readQaPairs } from '../reading/qa-pairs.ts';
import { splitOfTable } from '../reading/split-of-file.ts';

/** Names in the official files lack the `v_` that the files of the videos and IG-VLM's names have. */
const set: OpenSet = {
  videoOf(name) {
    const videoId = name.replace(/^v_(?=.{11}$)/s, '');
    return { videoId, files: [`v_${videoId}`, videoId] };
  },
  types: [
    'motion',
    'spatial',
    'temporal',
    'yes/no',
    'color',
    'object',
    'location',
    'number',
    'other',
  ],
};

/**
 * ActivityNet-QA: the official pair `test_q.json` and `test_a.json`, or IG-VLM's `ActivityNet_QA.csv` of the
 * same questions.
 */
export const format: DatasetFormat = {
  summary: 'test_q.json or val_q.json with its _a.json beside it, or ActivityNet_QA.csv of IG-VLM',
  ids: 'unique',
  mediaRoots: ['all_test', '../../data/video_qa/Activitynet_Zero_Shot_QA/all_test'],
  splitOf: splitOfTable,
  async *read({ path, note }) {
    yield* isTablePath(path)
      ? readIgvlmOpen(await readTable(path, note), note, set)
      : readQaPairs(path, await readJsonRecords(path, note), note, set);
  },
};

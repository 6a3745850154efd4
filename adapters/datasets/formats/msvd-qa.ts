import type { DatasetFormat } from '../format.ts';
import { findCompanion } from '../reading/companion.ts';
import { isTablePath, readTable } from '../reading/csv-records.ts';
import { readIgvlmOpen } from '../reading/igvlm-open.ts';
import { readJsonRecords } from '../reading/json-records.ts';
import type { OpenSet } from '../reading/open-question.ts';
import { isQaList, readQaList } from '../reading/qa-list.ts';
import { readQaPairs } from '../reading/qa-pairs.ts';
import { readTextFile } from '../reading/text-file.ts';
import { splitOfTable } from '../reading/split-of-file.ts';

const set: OpenSet = { videoOf: (name) => ({ videoId: name }) };

/**
 * MSVD-QA: a pair `test_q.json` and `test_a.json`, IG-VLM's `MSVD_QA.csv`, or the list in which the set was
 * first given away, `{answer, question, video_id, id}`. That list numbers the videos;
 * `youtube_mapping.txt` beside it has the names of their files.
 */
export const format: DatasetFormat = {
  summary:
    'test_q.json or val_q.json with its _a.json beside it, MSVD_QA.csv of IG-VLM, or the original val_qa.json',
  ids: 'unique',
  mediaRoots: ['videos', '../../data/video_qa/MSVD_Zero_Shot_QA/videos'],
  splitOf: splitOfTable,
  async *read({ path, note }) {
    if (isTablePath(path)) {
      yield* readIgvlmOpen(await readTable(path, note), note, set);
      return;
    }
    const records = await readJsonRecords(path, note);
    if (!isQaList(records)) {
      yield* readQaPairs(path, records, note, set);
      return;
    }
    const names = await readNames(path, note);
    yield* readQaList(records, note, {
      idOf: ({ video_id: video, id }) => `${video}_${id}`,
      set: {
        videoOf: (number) => set.videoOf(names.get(`vid${number}`) ?? `vid${number}`),
      },
    });
  },
};

/** The names of the videos by their numbers: `-4wsuPCjDBc_5_15 vid1`, one a line. */
async function readNames(
  path: string,
  note: Parameters<typeof readTextFile>[1],
): Promise<ReadonlyMap<string, string>> {
  const file = await findCompanion(path, () => 'youtube_mapping', 'txt');
  const text = file === null ? null : await readTextFile(file, note);
  const lines = (text ?? '').split('\n').map((line) => line.trim().split(/\s+/));
  return new Map(lines.map(([name = '', number = '']) => [number, name]));
}

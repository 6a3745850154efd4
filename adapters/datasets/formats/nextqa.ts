import type { DatasetFormat } from '../format.ts';
import { readTable } from '../reading/csv-records.ts';
import { readNextqaTable } from '../reading/nextqa-table.ts';

/**
 * NExT-QA's `val.csv` and `test.csv`: `video, frame_count, width, height, question, answer, qid, type,
 * a0..a4`.
 */
export const format: DatasetFormat = {
  summary: 'val.csv or test.csv, with map_vid_vidorID.json beside it for the files of the videos',
  ids: 'unique',
  mediaRoots: ['NExTVideo', 'videos'],
  async *read({ path, note }) {
    yield* readNextqaTable(await readTable(path, note), 'video', note);
  },
};

import type { DatasetFormat } from '../format.ts';
import { readTable } from '../reading/csv-records.ts';
import { isIgvlmTable, readIgvlmChoice } from '../reading/igvlm-choice.ts';
import { readNextqaTable } from '../reading/nextqa-table.ts';
import { splitOfTable } from '../reading/split-of-file.ts';

/**
 * IntentQA's `val.csv` and `test.csv`: `video_id, frame_count, width, height, question, answer, qid, type,
 * a0..a4, action, lemma, lemma_id`, about videos of NExT-QA; or IG-VLM's `IntentQA.csv`, which holds
 * the questions of `val.csv` under the same ids.
 */
export const format: DatasetFormat = {
  summary: "val.csv or test.csv, or IG-VLM's IntentQA.csv",
  ids: 'unique',
  mediaRoots: ['NExTVideo', 'videos'],
  splitOf: splitOfTable,
  async *read({ path, note }) {
    const table = await readTable(path, note);
    if (isIgvlmTable(table)) {
      yield* readIgvlmChoice(table, note);
      return;
    }
    for await (const draft of readNextqaTable(table, 'video_id', note)) {
      const { video_id: video, qid, type } = draft.source;
      yield { ...draft, id: `${video}_${type}_${qid}` };
    }
  },
};

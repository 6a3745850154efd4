import type { DatasetFormat } from '../format.ts';
import { readTable } from '../reading/csv-records.ts';
import { readIgvlmChoice } from '../reading/igvlm-choice.ts';
import { readIgvlmOpen } from '../reading/igvlm-open.ts';
import { splitOfTable } from '../reading/split-of-file.ts';

/**
 * Any CSV in which IG-VLM keeps a set: multiple choice where it has the columns `a0`, `a1`, ..., else
 * open-ended. The format of a set by its own name knows more of it, such as where its videos lie.
 */
export const format: DatasetFormat = {
  summary: 'any CSV of IG-VLM, open-ended or with options in the columns a0, a1, ...',
  ids: 'unique',
  mediaRoots: ['videos'],
  splitOf: splitOfTable,
  async *read({ path, note }) {
    const table = await readTable(path, note);
    yield* table?.columns.some((name) => /^a\d$/.test(name))
      ? readIgvlmChoice(table, note)
      : readIgvlmOpen(table, note, { videoOf: (name) => ({ videoId: name }) });
  },
};

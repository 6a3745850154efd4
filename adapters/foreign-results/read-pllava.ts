import type { ImportedResults } from '../../domain/imported-run.ts';
import { videoQaSets } from '../../domain/suites/pllava-names.ts';
import { UsageError } from '../../domain/usage-error.ts';
import { createItemMaker, type JudgedResult } from './pllava-items.ts';
import { checkRecords, type PllavaResult, type PllavaSuite, videoOf } from './pllava-record.ts';
import { readResultFiles, type ResultList } from './result-files.ts';

/**
 * Reads the results that PLLaVA left in a folder: what its model said, and what its judges said of
 * that. Records of several files are one by what they ask and say, never by their place: a judged
 * file has lost its order.
 *
 * @throws {UsageError} naming the file that is damaged, the record and what is wrong with it
 */
export async function readPllava(folder: string): Promise<ImportedResults> {
  const { inference, all, finals, writtenAt } = await readResultFiles(folder);
  const lists = [inference, all, ...finals].filter((list) => list !== null);
  const checked = lists.map((list) => ({ list, ...checkRecords(list) }));
  const [base] = checked;
  if (base === undefined) throw new Error('a folder without results was read');
  const { suite, records } = base;
  for (const { list, suite: other } of checked) {
    if (other !== suite)
      throw new UsageError(
        `${list.file} holds results of ${other}, ${base.list.file} of ${suite}.`,
      );
  }
  const judgedBy = checked.filter(hasJudgements).map((one) => judgedRecords(one));
  const make = createItemMaker(suite);
  const results = records.flatMap((record) =>
    make(
      record,
      judgedBy.flatMap((take) => take(record)),
    ),
  );
  const tasks = [...new Set(records.map(({ task_type: task }) => task))];
  return {
    format: 'pllava',
    folder,
    ...datasetOf(suite, tasks),
    results,
    writtenAt: writtenAt.toISOString(),
  };
}

type CheckedList = { readonly list: ResultList; readonly records: readonly PllavaResult[] };

const hasJudgements = ({ records }: CheckedList): boolean =>
  records.some(({ score, scores }) => score != null || scores != null);

/** Finds what the judge of a list left for a record; each once, so that repeated questions share none. */
function judgedRecords({ list, records }: CheckedList) {
  const waiting = new Map<string, PllavaResult[]>();
  for (const record of records) {
    const key = keyOf(record);
    waiting.set(key, [...(waiting.get(key) ?? []), record]);
  }
  return (record: PllavaResult): JudgedResult[] => {
    const found = waiting.get(keyOf(record))?.shift();
    return found === undefined ? [] : [{ judge: list.judge ?? 'unknown', record: found }];
  };
}

function keyOf(record: PllavaResult): string {
  const { question, query, question1, pred, pred1 } = record;
  return JSON.stringify([videoOf(record), question, query, question1, pred, pred1]);
}

/** The data set that the questions are from. */
function datasetOf(
  suite: PllavaSuite,
  tasks: readonly string[],
): Pick<ImportedResults, 'datasetFormat' | 'datasetId'> {
  const [task = suite] = tasks;
  if (suite === 'recaption') return { datasetFormat: suite, datasetId: task };
  if (suite !== 'videoqa') return { datasetFormat: suite, datasetId: suite };
  if (tasks.length > 1) return { datasetFormat: suite, datasetId: suite };
  const found = Object.entries(videoQaSets).find(([, name]) => name === task);
  return { datasetFormat: found?.[0] ?? suite, datasetId: found?.[0] ?? suite };
}

import { type ImportedResults, unknownJudge } from '../../domain/imported-run.ts';
import { videoQaSets } from '../../domain/suites/pllava-names.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { createItemMaker, type JudgedResult } from './pllava-items.ts';
import {
  checkRecords,
  type PllavaResult,
  type PllavaSuite,
  questionsOf,
  videoOf,
} from './pllava-record.ts';
import { readResultFiles, type ResultList } from './result-files.ts';

/**
 * Reads the results that PLLaVA left in a folder: what its model said, and what its judges said of
 * that. Records of several files are one by what they ask and say, never by their place: a judged
 * file has lost its order. Scores in `inference_results.json` were left there by an earlier judging,
 * which has a file of its own: they count only where there is no other file.
 *
 * @param judge  who judged the lists whose file names nobody
 * @throws {UsageError} naming the file that is damaged or of another run, and what is wrong with it
 */
export async function readPllava(
  folder: string,
  judge: string = unknownJudge,
): Promise<ImportedResults> {
  const { inference, all, finals, writtenAt } = await readResultFiles(folder);
  const lists = [inference, all, ...finals].filter((list) => list !== null);
  const [base, ...others] = lists.map((list) => ({ list, ...checkRecords(list) }));
  if (base === undefined) throw new Error('a folder without results was read');
  const { suite, records } = base;
  checkSuites(base, others);
  const judged = base.list === inference && others.length > 0 ? others : [base, ...others];
  const finders = judged.map(({ list, ...rest }) => ({ list, ...createFinder(rest.records) }));
  const make = createItemMaker(suite);
  const results = records.flatMap((record) =>
    make(
      record,
      finders.flatMap(({ list, take }): JudgedResult[] => {
        const found = take(record);
        return found === null ? [] : [{ judge: namedIn(list) ?? judge, record: found }];
      }),
    ),
  );
  for (const { list, left } of finders) refuseLeft(list, left(), base.list);
  const tasks = [...new Set(records.map(({ task_type: task }) => task))];
  return {
    format: 'pllava',
    folder,
    ...datasetOf(suite, tasks),
    results,
    writtenAt: writtenAt.toISOString(),
  };
}

type CheckedList = { readonly list: ResultList } & ReturnType<typeof checkRecords>;

/** Our own export of results whose judge nobody names is a file of the judge `unknown`. */
const namedIn = (list: ResultList): string | null =>
  list.judge === unknownJudge ? null : list.judge;

function checkSuites({ list, suite }: CheckedList, others: readonly CheckedList[]): void {
  for (const other of others) {
    if (other.suite !== suite)
      throw new UsageError(
        `${other.list.file} holds results of ${other.suite}, ${list.file} of ${suite}.`,
      );
  }
}

/** Finds the record of a list with the same answer; each once, so that repeated questions share none. */
function createFinder(records: readonly PllavaResult[]) {
  const waiting = new Map<string, PllavaResult[]>();
  for (const record of records) {
    const key = keyOf(record);
    waiting.set(key, [...(waiting.get(key) ?? []), record]);
  }
  return {
    take: (record: PllavaResult): PllavaResult | null =>
      waiting.get(keyOf(record))?.shift() ?? null,
    /** Records that nobody has taken. */
    left: (): number => [...waiting.values()].reduce((sum, { length }) => sum + length, 0),
  };
}

function keyOf(record: PllavaResult): string {
  const { pred, pred1 } = record;
  return JSON.stringify([videoOf(record), ...questionsOf(record), pred, pred1]);
}

/** Two runs in one folder would become one that never was. */
function refuseLeft({ file }: ResultList, left: number, base: ResultList): void {
  if (left === 0) return;
  throw new UsageError(
    `${file} holds ${left} records with a question or answer that is not in ${base.file}: they are of ` +
      'another run. Move the files of other runs into folders of their own.',
  );
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

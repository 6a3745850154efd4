import { averagesOf } from '../../domain/suites/averages.ts';
import { jsonList, jsonObjectWithList, jsonValue } from '../json-text.ts';
import { writeAtomically } from '../write-atomically.ts';
import type { OfficialJudgement } from './official-judgement.ts';
import type { OfficialRow, ReadOfficial, SuiteFiles } from './official-rows.ts';
import type { PllavaRecord } from './pllava-records.ts';

/** A record, and what a judge said of it. */
export type JudgedRecord = {
  readonly record: PllavaRecord;
  /** By group (a set, a dimension); null where no reply of the judge is there. */
  readonly judgements: Readonly<Record<string, OfficialJudgement>> | null;
  /** What the judged record has more. */
  readonly members: PllavaRecord;
};

export type JudgedFiles = {
  readonly inference: string;
  readonly results: string;
  readonly leaderboard: string;
};

type Count = { correct: number; total: number; score: number };

/**
 * Writes the files of a suite whose answers are judged: all records, the judged ones with their
 * counts, and the leaderboard. Without a judgement only the first.
 *
 * @param recordsOf  makes the records of rows, which are read several times
 */
export async function writeJudged(
  files: JudgedFiles,
  rows: ReadOfficial,
  recordsOf: (rows: AsyncIterable<OfficialRow>) => AsyncIterable<JudgedRecord>,
): Promise<SuiteFiles> {
  const records = () => recordsOf(rows());
  await writeAtomically(files.inference, jsonList(each(records(), ({ record }) => record)));
  const { counts, judged, left } = await countJudged(recordsOf(rows({ predictions: false })));
  if (judged === 0)
    return {
      files: [files.inference],
      notes: ['no answer has been judged: no scores are written'],
    };
  const scored = each(records(), ({ record, judgements, members }) =>
    judgements === null ? null : { ...record, ...members },
  );
  const head = { acc_dict: Object.fromEntries(counts) };
  await writeAtomically(files.results, jsonObjectWithList(head, 'result_list', scored));
  await writeAtomically(files.leaderboard, [jsonValue(leaderboard(counts))]);
  const why = 'the judge has not been asked, or its call failed';
  const notes = left === 0 ? [] : [`${left} answers are not among the judged: ${why}`];
  return { files: [files.inference, files.results, files.leaderboard], notes };
}

async function countJudged(records: AsyncIterable<JudgedRecord>) {
  const counts = new Map<string, Count>();
  let [judged, left] = [0, 0];
  for await (const { judgements } of records) {
    if (judgements === null) left += 1;
    else judged += 1;
    for (const [group, { correct, score }] of Object.entries(judgements ?? {})) {
      const before = counts.get(group) ?? { correct: 0, total: 0, score: 0 };
      counts.set(group, {
        correct: before.correct + Number(correct),
        total: before.total + 1,
        score: before.score + score,
      });
    }
  }
  return { counts, judged, left };
}

/** Percent and mean score of each group, and of all answers together: the averages are micro. */
function leaderboard(counts: ReadonlyMap<string, Count>): PllavaRecord {
  const groups = [...counts].map(([group, { correct, total, score }]) => [
    group,
    { acc: (correct / total) * 100, score: score / total },
  ]);
  const all = [...counts.values()];
  const correct = averagesOf(all.map((count) => ({ sum: count.correct, items: count.total })));
  const score = averagesOf(all.map((count) => ({ sum: count.score, items: count.total })));
  return {
    ...Object.fromEntries(groups),
    Avg_Acc: (correct?.micro ?? 0) * 100,
    Avg_Score: score?.micro ?? 0,
  };
}

/** Leaves out what becomes null. */
async function* each<Entry, Made>(
  entries: AsyncIterable<Entry>,
  make: (entry: Entry) => Made | null,
): AsyncIterable<Made> {
  for await (const entry of entries) {
    const made = make(entry);
    if (made !== null) yield made;
  }
}

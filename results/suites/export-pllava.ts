import { join } from 'node:path';
import { fileNameOf } from '../../domain/text/file-name.ts';
import { averagesOf } from '../../domain/suites/averages.ts';
import { firstTokenVerdict } from '../../domain/suites/mvbench-first-token.ts';
import { videoQaSets } from '../../domain/suites/pllava-names.ts';
import { goldOption } from '../../domain/suites/reply-rules.ts';
import { jsonObjectWithList, jsonValue } from '../json-text.ts';
import { writeAtomically } from '../write-atomically.ts';
import { chooseJudge, officialJudgement } from './official-judgement.ts';
import {
  type OfficialRow,
  officialRows,
  type ReadOfficial,
  type SuiteFiles,
  type SuiteSources,
  type SuiteTarget,
} from './official-rows.ts';
import { captionRecord, mvbenchRecord, mvbenchTask, videoQaRecord } from './pllava-records.ts';
import { vcgRecords } from './pllava-vcg.ts';
import { type JudgedFiles, type JudgedRecord, writeJudged } from './write-judged.ts';

/**
 * Writes the result files of PLLaVA for the suite that the run's data set belongs to. Every question
 * that was asked is in them: one that failed with an empty prediction, which is wrong there.
 *
 * @throws {UsageError} when several judges have judged the run and none is chosen
 */
export async function exportPllava(
  sources: SuiteSources,
  target: SuiteTarget,
): Promise<SuiteFiles> {
  const rows = officialRows(sources, target.spec);
  const { format, datasetId } = target.spec.dataset;
  if (format === 'mvbench') return exportMvbench(rows, target);
  const judge = await chooseJudge(rows, target.judge);
  const inPlace = (name: string) => join(target.directory, name);
  const inference = inPlace('inference_results.json');
  const ofJudge = judge === null ? '' : `-${fileNameOf(judge)}`;
  const judgedFile = inPlace(`final_results${ofJudge}.json`);
  const board = inPlace('upload_leaderboard.json');
  if (format === 'vcgbench') {
    const leaderboard = inPlace(`upload_leaderboard${ofJudge}.json`);
    return exportVcg(rows, judge, { inference, results: judgedFile, leaderboard });
  }
  const set = videoQaSets[format];
  if (set === undefined)
    return writeJudged({ inference, results: judgedFile, leaderboard: board }, rows, (read) =>
      judgedRecords(read, judge, datasetId, captionRecord),
    );
  const files = { inference, results: inPlace('all_results.json'), leaderboard: board };
  return writeJudged(files, rows, (read) => judgedRecords(read, judge, set, videoQaRecord));
}

async function exportVcg(rows: ReadOfficial, judge: string | null, files: JudgedFiles) {
  let halves = 0;
  const written = await writeJudged(files, rows, (read) =>
    vcgRecords(read, judge, (found) => (halves = found)),
  );
  if (halves === 0) return written;
  const note = `${halves} answers are half of a consistency pair, and in no file`;
  return { ...written, notes: [...written.notes, note] };
}

async function* judgedRecords(
  rows: AsyncIterable<OfficialRow>,
  judge: string | null,
  set: string,
  recordOf: (set: string, official: OfficialRow) => JudgedRecord['record'],
): AsyncIterable<JudgedRecord> {
  for await (const official of rows) {
    const judgement = judge === null ? null : officialJudgement([official.row], judge, null);
    yield {
      record: recordOf(set, official),
      judgements: judgement === null ? null : { [set]: judgement },
      members: judgement === null ? {} : { score: judgement.score, correct: judgement.correct },
    };
  }
}

async function exportMvbench(rows: ReadOfficial, { directory }: SuiteTarget): Promise<SuiteFiles> {
  const { tasks, unscored } = await countMvbench(rows());
  const results = join(directory, 'all_results.json');
  const head = { acc_dict: Object.fromEntries(tasks) };
  const records = async function* () {
    for await (const official of rows()) yield mvbenchRecord(official);
  };
  await writeAtomically(results, jsonObjectWithList(head, 'result_list', records()));
  const notes = unscored === 0 ? [] : [`${unscored} questions have no right option: not counted`];
  const average = averagesOf([...tasks.values()].map(([sum, items]) => ({ sum, items })));
  if (average === null) return { files: [results], notes };
  const shares = [...tasks].map(([task, [right, total]]) => [task, (right / total) * 100]);
  const board = { ...Object.fromEntries(shares), Avg: average.micro * 100 };
  const leaderboard = join(directory, 'upload_leaderboard.json');
  await writeAtomically(leaderboard, [jsonValue(board)]);
  return { files: [results, leaderboard], notes };
}

/** Right answers and questions of each task, by MVBench's own rule. */
async function countMvbench(rows: AsyncIterable<OfficialRow>) {
  const tasks = new Map<string, [right: number, total: number]>();
  let unscored = 0;
  for await (const { row, prediction } of rows) {
    const verdict = firstTokenVerdict(prediction, goldOption(row));
    if (verdict === 'no-gold') {
      unscored += 1;
      continue;
    }
    const task = mvbenchTask(row);
    const [right, total] = tasks.get(task) ?? [0, 0];
    tasks.set(task, [right + Number(verdict === 'right'), total + 1]);
  }
  return { tasks, unscored };
}

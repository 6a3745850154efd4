import { join } from 'node:path';
import { fileNameOf } from '../../domain/text/file-name.ts';
import { freeVideoLlmFigures, type JudgedFile } from '../../domain/suites/free-video-llm-scorer.ts';
import { writeAtomically } from '../write-atomically.ts';
import { chooseJudge } from './official-judgement.ts';
import {
  type OfficialRow,
  officialRows,
  type SuiteFiles,
  type SuiteSources,
  type SuiteTarget,
} from './official-rows.ts';

/** Its folders and the endings of its logs, by the format of the data set. */
const sets: Readonly<Record<string, { readonly folder: string; readonly log: string }>> = {
  'msvd-qa': { folder: 'MSVD_Zero_Shot_QA', log: 'msvd' },
  'msrvtt-qa': { folder: 'MSRVTT_Zero_Shot_QA', log: 'msrvtt' },
  'tgif-qa': { folder: 'TGIF_Zero_Shot_QA', log: 'tgif' },
  'activitynet-qa': { folder: 'Activitynet_Zero_Shot_QA', log: 'activitynet' },
};

/**
 * Writes Free Video-LLM's layout: `artifacts/<set>/<run>/merge.jsonl` and `results.json`, a file per
 * judged question below `eval_save_dir`, and its figures in `logs/<run>_<set>.log`. As there, a
 * question that failed is in none of them, nor is a judgement that could not be read.
 *
 * @throws {UsageError} when several judges have judged the run and none is chosen
 */
export async function exportFreeVideoLlm(
  sources: SuiteSources,
  { spec, directory, judge: wanted }: SuiteTarget,
): Promise<SuiteFiles> {
  const { folder, log } = sets[spec.dataset.format]!;
  const rows = officialRows(sources, spec);
  const judge = await chooseJudge(rows, wanted);
  const artifacts = join(directory, 'artifacts', folder, spec.runId);
  const merged = join(artifacts, 'merge.jsonl');
  let [failed, unknown] = [0, 0];
  const lines = async function* () {
    for await (const official of rows()) {
      if (official.row.reply_artifact === null) failed += 1;
      else {
        unknown += Number(official.row.gold === null);
        yield `${JSON.stringify(predictionLine(official))}\n`;
      }
    }
  };
  await writeAtomically(merged, lines());
  const notes = [
    ...(failed === 0 ? [] : [`${failed} questions failed and are in no file`]),
    ...(unknown === 0 ? [] : [`${unknown} questions have no known answer: it stands as ""`]),
  ];
  if (judge === null)
    return {
      files: [merged],
      notes: [...notes, 'no answer has been judged: no scores are written'],
    };
  const results = join(artifacts, 'results.json');
  const saved = join(directory, 'eval_save_dir', folder, spec.runId, fileNameOf(judge));
  const figures: JudgedFile[] = [];
  await writeAtomically(results, judgedFiles(rows(), judge, saved, figures));
  const logFile = join(directory, 'logs', `${spec.runId}_${log}.log`);
  await writeAtomically(logFile, [logOf(figures)]);
  const place = `${figures.length} judged questions, a file each, in ${saved}`;
  return { files: [merged, results, logFile], notes: [...notes, place] };
}

/** Its script evaluates each line as Python, where JSON's `null` is an error. */
function predictionLine({ row, prediction }: OfficialRow) {
  return { question: row.question, id: row.item_id, answer: row.gold ?? '', pred: prediction };
}

/** Writes the file of each judged question, and gives all of them together as the text of one object. */
async function* judgedFiles(
  rows: AsyncIterable<OfficialRow>,
  judge: string,
  folder: string,
  figures: JudgedFile[],
): AsyncIterable<string> {
  let between = '{';
  for await (const { row, prediction } of rows) {
    const said = row.judgements.find(
      (one) => one.judge === judge && one.dimension === null && one.state === 'judged',
    );
    if (said === undefined || row.outcome !== 'answered') continue;
    const verdict = { pred: said.verdict, score: said.score };
    const question = { q: row.question, a: row.gold, pred: prediction };
    const text = JSON.stringify([verdict, question]);
    await writeAtomically(join(folder, `${fileNameOf(row.item_id)}.json`), [text]);
    figures.push(verdict);
    yield `${between}${JSON.stringify(row.item_id)}: ${text}`;
    between = ', ';
  }
  yield between === '{' ? '{}' : '}';
}

function logOf(figures: readonly JudgedFile[]): string {
  const { yes, no, accuracy, averageScore } = freeVideoLlmFigures(figures);
  return [
    'All evaluation completed!',
    `Yes count: ${yes}`,
    `No count: ${no}`,
    `Accuracy: ${accuracy ?? 'none'}`,
    `Average score: ${averageScore ?? 'none'}`,
    '',
  ].join('\n');
}

import { join } from 'node:path';
import { fileNameOf } from '../../domain/text/file-name.ts';
import { sha256Hex } from '../../domain/hashing.ts';
import { withOptions } from '../../domain/prompts/prompt-parts.ts';
import type { RunRecord } from '../../domain/stores/run-store.ts';
import { isScorable } from '../../domain/scoring.ts';
import { writeAtomically } from '../write-atomically.ts';
import {
  type OfficialRow,
  officialRows,
  type SuiteFiles,
  type SuiteSources,
  type SuiteTarget,
} from './official-rows.ts';

const metric = 'exact_match';

/**
 * Writes the two files of lmms-eval 0.7 below a folder named after the model:
 * `<date>_samples_<task>.jsonl`, a question a line, and `<date>_results.json`. `exact_match` is 1 for
 * a right answer and 0 for every other question with a known one; `outcome` says which of them have
 * no answer.
 */
export async function exportLmmsEval(
  sources: SuiteSources,
  run: Pick<RunRecord, 'spec' | 'createdAt'>,
  { directory }: Pick<SuiteTarget, 'directory'>,
): Promise<SuiteFiles> {
  const { spec } = run;
  const rows = officialRows(sources, spec);
  const model = spec.models.answer.model;
  const sanitized = model.replace(/["<>:/|\\?*[\]]+/g, '__');
  const folder = join(directory, fileNameOf(sanitized));
  const date = dateOf(run.createdAt);
  const task = spec.dataset.datasetId;
  const sums = { asked: 0, scored: 0, right: 0, hashes: '' };
  const samples = async function* () {
    for await (const official of rows()) {
      const sample = sampleOf(official, sums.asked);
      sums.hashes += `sample_${sums.asked}${sample.doc_hash}`;
      sums.asked += 1;
      sums.scored += Number(sample[metric] !== undefined);
      sums.right += sample[metric] ?? 0;
      yield `${JSON.stringify(sample)}\n`;
    }
  };
  const samplesFile = join(folder, `${date}_samples_${fileNameOf(task)}.jsonl`);
  await writeAtomically(samplesFile, samples());
  const resultsFile = join(folder, `${date}_results.json`);
  const text = JSON.stringify(
    {
      results: { [task]: { alias: task, ...metrics(sums) } },
      group_subtasks: { [task]: [] },
      configs: { [task]: { task, output_type: 'generate_until', num_fewshot: 0 } },
      versions: { [task]: spec.promptVersion },
      'n-shot': { [task]: 0 },
      higher_is_better: { [task]: { [metric]: true } },
      'n-samples': { [task]: { original: sums.asked, effective: sums.asked } },
      task_hashes: { [task]: sha256Hex(sums.hashes) },
      model_source: 'durable-videoqa',
      model_name: model,
      model_name_sanitized: sanitized,
      date,
    },
    null,
    2,
  );
  await writeAtomically(resultsFile, [text]);
  return { files: [samplesFile, resultsFile], notes: [] };
}

type Sample = Readonly<Record<string, unknown>> & {
  readonly doc_hash: string;
  readonly exact_match?: number;
};

function sampleOf({ row, prediction }: OfficialRow, docId: number): Sample {
  const { prompt_tokens: input, completion_tokens: output } = row.usage;
  return {
    doc_id: docId,
    input: withOptions(row.question, row.options),
    target: row.gold ?? '',
    resps: [prediction],
    filtered_resps: [row.answer ?? ''],
    token_counts: [{ input_tokens: input, output_tokens: output }],
    doc_hash: sha256Hex(JSON.stringify(row.source, null, 2)),
    ...(isScorable(row) && { [metric]: Number(row.correct === true) }),
    outcome: row.outcome,
    item_id: row.item_id,
  };
}

function metrics({ scored, right }: { readonly scored: number; readonly right: number }) {
  if (scored === 0) return { samples: 0 };
  const mean = right / scored;
  const error = scored > 1 ? Math.sqrt((mean * (1 - mean)) / (scored - 1)) : 'N/A';
  return { [`${metric},none`]: mean, [`${metric}_stderr,none`]: error, samples: scored };
}

/** `20260131_235959`, in UTC. */
function dateOf(milliseconds: number): string {
  const [day = '', time = ''] = new Date(milliseconds).toISOString().split('T');
  return `${day.replaceAll('-', '')}_${time.slice(0, 8).replaceAll(':', '')}`;
}

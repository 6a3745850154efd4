import { join } from 'node:path';
import { nameFrames } from '../domain/frames/name-frames.ts';
import type { Row } from '../domain/row.ts';
import type { RunStore } from '../domain/stores/run-store.ts';
import { type CellValue, csvLine } from './csv-cell.ts';
import { writeAtomically } from './write-atomically.ts';

/** Lists stand in one cell, their members joined by this. */
const between = '; ';

/**
 * The columns, each from one row. Names are those of the row, with the group's name before a member
 * (`failure_class`, `usage_calls`). What a cell cannot hold (planned and retrieved in full, the
 * source record) stays with `jsonl`.
 */
const columns: Readonly<Record<string, (row: Row) => CellValue>> = {
  schema_version: (row) => row.schema_version,
  run_id: (row) => row.run_id,
  item_id: (row) => row.item_id,
  sample: (row) => row.sample,
  drive: (row) => row.drive,
  task: (row) => row.task,
  dataset: (row) => row.dataset ?? null,
  video_ids: (row) => row.video_ids.join(between),
  question: (row) => row.question,
  options: (row) => row.options.map(({ letter, text }) => `${letter}. ${text}`).join(between),
  gold: (row) => row.gold,
  outcome: (row) => row.outcome,
  answer: (row) => row.answer,
  answer_text: (row) => row.answer_text,
  correct: (row) => row.correct,
  scores: ({ scores }) =>
    Object.entries(scores)
      .map(([name, { value }]) => `${name}: ${value ?? ''}`)
      .join(between),
  failure_class: (row) => row.failure?.class ?? null,
  failure_step: (row) => row.failure?.step ?? null,
  failure_message: (row) => row.failure?.message ?? null,
  failure_attempts: (row) => row.failure?.attempts ?? null,
  degraded: (row) => row.degraded,
  strategy: (row) => row.strategy,
  categories: ({ categories }) =>
    Object.entries(categories)
      .map(([name, values]) => `${name}: ${values.join(', ')}`)
      .join(between),
  planned_prompts: (row) => row.planned.map(({ prompt }) => prompt).join(between),
  generated_artifacts: (row) => row.generated.map(({ artifact }) => artifact).join(between),
  text_query: (row) => row.text_query?.text ?? null,
  retrieved_frame_ids: (row) => nameFrames(row.retrieved).join(between),
  shown_frame_ids: (row) => nameFrames(row.shown).join(between),
  shown_times_s: (row) => row.shown.map(({ time_s }) => time_s ?? '?').join(between),
  judges: (row) => row.judgements.map(({ judge }) => judge).join(between),
  judge_dimensions: ({ judgements }) =>
    judgements.map(({ dimension, contract }) => dimension ?? contract).join(between),
  judge_states: (row) => row.judgements.map(({ state }) => state).join(between),
  judge_verdicts: (row) => row.judgements.map(({ verdict }) => verdict ?? '').join(between),
  judge_scores: (row) => row.judgements.map(({ score }) => score ?? '').join(between),
  prompt_version: (row) => row.prompt_version,
  reply_artifact: (row) => row.reply_artifact,
  response_model: (row) => row.response_model,
  parse_rule: (row) => row.parse_rule,
  usage_calls: (row) => row.usage.calls,
  usage_cached_calls: (row) => row.usage.cached_calls,
  usage_prompt_tokens: (row) => row.usage.prompt_tokens,
  usage_completion_tokens: (row) => row.usage.completion_tokens,
  usage_images: (row) => row.usage.images,
  usage_paid_usd: (row) => row.usage.paid_usd,
  usage_list_usd: (row) => row.usage.list_usd,
  steps_remedies: ({ steps }) =>
    steps
      .flatMap(({ step, remedies = [] }) => remedies.map((remedy) => `${step}: ${remedy}`))
      .join(between),
  workflow_id: (row) => row.workflow_id,
  workflow_run_id: (row) => row.workflow_run_id,
  finished_at: (row) => row.finished_at,
};

/** A run's rows as CSV with a line of titles; read in pages, so that a run of any size fits. */
async function* csvLines(runs: Pick<RunStore, 'rows'>, runId: string): AsyncIterable<string> {
  yield csvLine(Object.keys(columns));
  const readers = Object.values(columns);
  for await (const row of runs.rows(runId)) yield csvLine(readers.map((read) => read(row)));
}

/**
 * Writes `<run id>.csv` into a folder: RFC 4180, UTF-8, no cell that a spreadsheet would run.
 *
 * @returns the file's path
 */
export async function exportCsv(
  runs: Pick<RunStore, 'rows'>,
  runId: string,
  directory: string,
): Promise<string> {
  const file = join(directory, `${runId}.csv`);
  await writeAtomically(file, csvLines(runs, runId));
  return file;
}

import type { ExportFormat } from '../../domain/suites/export-formats.ts';
import type { RunRecord } from '../../domain/stores/run-store.ts';
import { claimFiles } from '../claim-files.ts';
import { exportEgoschema } from './export-egoschema.ts';
import { exportFreeVideoLlm } from './export-free-video-llm.ts';
import { exportLmmsEval } from './export-lmms-eval.ts';
import { exportLvbench } from './export-lvbench.ts';
import { exportPllava } from './export-pllava.ts';
import type { SuiteFiles, SuiteSources, SuiteTarget } from './official-rows.ts';

export type SuiteFormat = Exclude<ExportFormat, 'original' | 'jsonl' | 'csv' | 'parquet'>;

const writers: Readonly<
  Record<
    Exclude<SuiteFormat, 'lmms-eval'>,
    (sources: SuiteSources, target: SuiteTarget) => Promise<SuiteFiles>
  >
> = {
  'lvbench-answers': exportLvbench,
  pllava: exportPllava,
  'free-video-llm': exportFreeVideoLlm,
  egoschema: exportEgoschema,
};

/** Files whose names do not say which run they are of. */
const namesInCommon: Readonly<Partial<Record<SuiteFormat, readonly string[]>>> = {
  'lvbench-answers': ['answers.json', 'result.json'],
  pllava: ['all_results.json', 'inference_results.json', 'upload_leaderboard.json'],
  egoschema: ['submission.json'],
};

/**
 * Writes a run's results as the files of a suite or of another harness.
 *
 * @throws {UsageError} when another run's files have these names and `overwrite` is not set
 */
export async function exportSuite(
  sources: SuiteSources,
  run: Pick<RunRecord, 'spec' | 'createdAt'>,
  format: SuiteFormat,
  target: Omit<SuiteTarget, 'spec'> & { readonly overwrite: boolean },
): Promise<SuiteFiles> {
  const { spec } = run;
  const { directory, overwrite } = target;
  const files = namesInCommon[format];
  if (files !== undefined)
    await claimFiles({ directory, prefix: format, files, runId: spec.runId, overwrite });
  return format === 'lmms-eval'
    ? exportLmmsEval(sources, run, target)
    : writers[format](sources, { ...target, spec });
}

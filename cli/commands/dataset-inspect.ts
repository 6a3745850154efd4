import { readMapping } from '../../adapters/config-files/read-config.ts';
import { inspectDataset } from '../../adapters/datasets/inspect-dataset.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printData, printJson } from '../output.ts';
import { renderInspection } from '../render/inspection-view.ts';

/** As commander hands them over. */
export type DatasetInspectOptions = {
  readonly format: string;
  readonly path: string;
  readonly mapping?: string;
  readonly videos?: string;
  readonly json?: boolean;
};

/** `dataset inspect`: what an adapter makes of annotation files; a fatal problem is exit code 2. */
export async function datasetInspect({
  format,
  path,
  mapping,
  videos,
  json,
}: DatasetInspectOptions): Promise<ExitCode> {
  if (mapping !== undefined && format !== 'generic')
    throw new UsageError('--mapping goes with --format generic.');
  const files = {
    format,
    path,
    ...(mapping !== undefined && { mapping: await readMapping(mapping) }),
  };
  const inspection = await inspectDataset(files, videos ?? null);
  if (json) printJson(inspection);
  else printData(renderInspection(inspection));
  const isFatal = inspection.problems.some(({ severity }) => severity === 'fatal');
  return isFatal ? exitCodes.usage : exitCodes.done;
}

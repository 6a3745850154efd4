import type { RunSpec } from '../domain/run-spec.ts';
import { plainText } from '../domain/text/plain-text.ts';
import { UsageError } from '../domain/errors/usage-error.ts';
import { claimOriginalFiles } from '../results/export-original.ts';
import { createResultFileKeeper } from '../results/keep-result-files.ts';
import type { Stores } from './open-stores.ts';

/** Takes what went wrong with a run's result files, for a person to read. */
type Warn = (message: string) => void;

/**
 * Writes the result files of runs that have an output folder, as far as they have come. Whatever
 * is wrong with the folder, the run goes on and its rows are safe: the trouble is told, each kind
 * once, and the next batch tries again.
 */
export function createResultFiles(
  stores: Pick<Stores, 'runs' | 'blobs'>,
  warn: Warn = (message) => process.stderr.write(`${plainText(message)}\n`),
) {
  const keepResultFiles = createResultFileKeeper(stores);
  const told = new Set<string>();
  return async (runId: string): Promise<void> => {
    try {
      await keepResultFiles(runId);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message =
        `warning: the result files of ${runId} could not be written: ${reason}. Once that is ` +
        `mended: videoqa export ${runId} --format original --out <folder>`;
      if (told.has(message)) return;
      told.add(message);
      warn(message);
    }
  };
}

/**
 * Takes the names of a run's result files before anything is paid. To be called with the spec of
 * the registered run, whose id is final.
 *
 * @throws {UsageError} when another run's files are there and may not be replaced, or the folder
 *   cannot be written to
 */
export async function refuseForeignResults(spec: RunSpec): Promise<void> {
  const { output } = spec;
  if (output === null) return;
  try {
    await claimOriginalFiles(spec, output);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new UsageError(
      `The output folder ${output.directory} cannot be written to (${code}). Name another one ` +
        'with output or --output-path.',
      { cause: error },
    );
  }
}

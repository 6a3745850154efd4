import { join } from 'node:path';
import type { RunStore } from '../domain/stores/run-store.ts';
import { writeAtomically } from './write-atomically.ts';

/** A run's rows as JSON Lines, in file order; read in pages, so that a run of any size fits. */
export async function* jsonLines(
  runs: Pick<RunStore, 'rows'>,
  runId: string,
): AsyncIterable<string> {
  for await (const row of runs.rows(runId)) yield `${JSON.stringify(row)}\n`;
}

/**
 * Writes `<run id>.jsonl` into a folder.
 *
 * @returns the file's path
 */
export async function exportJsonl(
  runs: Pick<RunStore, 'rows'>,
  runId: string,
  directory: string,
): Promise<string> {
  const file = join(directory, `${runId}.jsonl`);
  await writeAtomically(file, jsonLines(runs, runId));
  return file;
}

import { readFile } from 'node:fs/promises';
import { failureClasses, steps } from '../../domain/outcome.ts';
import type { DriveSelection } from '../../domain/stores/run-store.ts';
import { UsageError } from '../../domain/usage-error.ts';
import { executeRun } from '../execute-run.ts';
import type { ExitCode } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { openSession } from '../session.ts';

/** `retry`: a new drive over what is not answered, under the same ids, merged into the same run. */
export async function retry(
  runId: string,
  options: {
    readonly class?: string;
    readonly step?: string;
    readonly items?: string;
    readonly json?: boolean;
  },
): Promise<ExitCode> {
  const selection: DriveSelection = {
    kind: 'retry',
    class: oneOf('--class', options.class, failureClasses),
    step: oneOf('--step', options.step, steps),
    items: options.items === undefined ? null : await readItemIds(options.items),
  };
  const session = await openSession();
  try {
    const run = await findRun(session.stores.runs, runId);
    return await executeRun(session, run, { selection, json: options.json === true });
  } finally {
    await session.close();
  }
}

function oneOf<Name extends string>(
  flag: string,
  given: string | undefined,
  known: readonly Name[],
): Name | null {
  if (given === undefined) return null;
  const found = known.find((name) => name === given);
  if (found !== undefined) return found;
  throw new UsageError(`${flag} ${given} is unknown. Known: ${known.join(', ')}.`);
}

async function readItemIds(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`--items ${file}: the file cannot be read.`);
  });
  return text.split('\n').flatMap((line) => line.trim() || []);
}

import { isSimulated } from '../../domain/run-spec.ts';
import type { RunRecord } from '../../domain/stores/run-store.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printData, printJson } from '../output.ts';
import { type ListedRun, renderRunList } from '../render/run-list.ts';
import { openReadingSession, type ReadingSession } from '../session.ts';

/** `list`: the runs of this state folder, newest first, from counters alone. */
export async function list(options: {
  readonly limit: string;
  readonly json?: boolean;
}): Promise<ExitCode> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1)
    throw new UsageError(`--limit ${options.limit} is not a whole number from 1.`);
  const { stores, close } = await openReadingSession();
  try {
    const all = await stores.runs.list();
    const runs = await Promise.all(all.slice(0, limit).map((run) => listed(stores, run)));
    if (options.json) printJson({ schemaVersion: 1, total: all.length, runs });
    else printData(renderRunList(runs, all.length));
    return exitCodes.done;
  } finally {
    await close();
  }
}

async function listed(
  { runs, calls }: ReadingSession['stores'],
  run: RunRecord,
): Promise<ListedRun> {
  const { runId, name, spec, state, stopReason, drive, driveIsOpen, createdAt } = run;
  const [ofRun] = await calls.spending(runId);
  return {
    runId,
    name,
    strategy: spec.strategy.name,
    simulated: isSimulated(spec),
    state,
    stopReason,
    drive,
    driveIsOpen,
    counts: await runs.counts(runId),
    spentUsd: spec.models.answer.price === null ? null : (ofRun?.settledUsd ?? 0),
    createdAt: new Date(createdAt).toISOString(),
    ageS: Math.round((Date.now() - createdAt) / 1000),
  };
}

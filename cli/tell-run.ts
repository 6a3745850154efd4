import { namesCluster } from '../client/connect.ts';
import { tellWorkflow } from '../client/root-workflow.ts';
import { findRun } from './find-run.ts';
import { openServingClient } from './serving-client.ts';
import type { ReadingSession } from './session.ts';

/** What was written, and whether a process works on the run that could be told. */
export type Told<Written> = {
  readonly written: Written;
  /** False where the next process that works on the run will begin with it. */
  readonly inEffect: boolean;
};

/**
 * Writes into the database what is wanted of a run, then tells the run's workflow. A cluster that
 * cannot be reached is found out before anything is written.
 */
export async function writeAndTell<Written>(
  { folder, stores: { runs } }: ReadingSession,
  runId: string,
  write: () => Promise<Written>,
): Promise<Told<Written>> {
  const cluster = namesCluster() ? await openServingClient(folder) : null;
  try {
    const written = await write();
    if (!(await findRun(runs, runId)).driveIsOpen) return { written, inEffect: true };
    // A holder that starts reads the database after it has taken its lock: either it or we see the other.
    const serving = cluster ?? (await openServingClient(folder));
    if (serving === null) return { written, inEffect: false };
    try {
      await tellWorkflow(serving.client, runs, runId);
    } finally {
      if (cluster === null) await serving.close();
    }
    return { written, inEffect: true };
  } finally {
    await cluster?.close();
  }
}

/** What is said where nobody could be told. */
export const toldLater =
  'no process works on it now; the next `videoqa run` or `videoqa up` begins with it';

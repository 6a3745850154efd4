import { namesCluster } from '../../client/connect.ts';
import { EnvironmentError } from '../../domain/usage-error.ts';
import { startWorkerHost } from '../../workers/worker-host.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { listenForInterruption, untilAborted } from '../interruption.ts';
import { printNote } from '../output.ts';
import { openReadingSession } from '../session.ts';

/** `worker --role all`: serves every run in the database on the cluster that the environment names. */
export async function worker(_options: { readonly role?: string }): Promise<ExitCode> {
  if (!namesCluster()) {
    throw new EnvironmentError(
      'No cluster is configured: set TEMPORAL_ADDRESS (or a profile in temporal.toml). ' +
        'Without a cluster no worker is needed: `videoqa run` brings its own.',
    );
  }
  const interrupted = listenForInterruption(() =>
    printNote('Stopping; calls in flight finish first.'),
  );
  const { stores, close } = await openReadingSession();
  try {
    const host = await startWorkerHost({
      stores,
      environment: process.env,
      logFile: null,
      embedded: null,
    });
    printNote('The worker polls for runs. Ctrl-C stops.');
    try {
      await Promise.race([untilAborted(interrupted), host.failed]);
    } finally {
      await host.close();
    }
    return exitCodes.interrupted;
  } finally {
    await close();
  }
}

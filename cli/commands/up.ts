import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { listenForInterruption, untilAborted } from '../interruption.ts';
import { printNote } from '../output.ts';
import { openSession } from '../session.ts';

/** `up`: keeps the embedded server, its workers and the Temporal UI in the foreground until Ctrl-C. */
export async function up(options: { readonly metrics?: string }): Promise<ExitCode> {
  const interrupted = listenForInterruption(() =>
    printNote('Stopping; calls in flight finish first.'),
  );
  const session = await openSession({ embedded: true, metrics: options.metrics });
  try {
    printNote(`Runs are shown at ${session.uiUrl}. Ctrl-C stops.`);
    await Promise.race([untilAborted(interrupted), session.gone]);
    return exitCodes.interrupted;
  } finally {
    await session.close();
  }
}

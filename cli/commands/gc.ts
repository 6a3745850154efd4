import { UsageError } from '../../domain/errors/usage-error.ts';
import { collectGarbage } from '../../results/collect-garbage.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printData, printJson } from '../output.ts';
import { openReadingSession } from '../session.ts';

export type GcOptions = { readonly dryRun?: boolean; readonly json?: boolean };

/** `gc`: removes stored files that no run and no index refers to. */
export async function gc(options: GcOptions): Promise<ExitCode> {
  const { stores, close } = await openReadingSession();
  try {
    await refuseWhileOpen(stores);
    const isRehearsal = options.dryRun === true;
    const garbage = await collectGarbage(stores, { isRehearsal, nowMs: Date.now() });
    if (options.json) {
      printJson({ changed: !isRehearsal && garbage.files > 0, ...garbage });
      return exitCodes.done;
    }
    const { files, bytes, kept, young } = garbage;
    const done = isRehearsal ? 'would be removed' : 'removed';
    printData(`${files} files ${done} (${(bytes / 2 ** 20).toFixed(1)} MiB), ${kept} in use.`);
    if (young > 0) printData(`${young} files of the last hour are left for the next time.`);
    return exitCodes.done;
  } finally {
    await close();
  }
}

/** What is being worked on stores files before it writes down that it needs them. */
async function refuseWhileOpen({ runs, indexJobs, judgements }: Stores): Promise<void> {
  const open = [
    ...(await runs.openDrives()).map(({ runId }) => runId),
    ...(await indexJobs.listOpen()).map(({ jobId }) => jobId),
    ...(await judgements.listOpen()).map(({ runId }) => `the judging of ${runId}`),
  ];
  if (open.length === 0) return;
  throw new UsageError(
    `${open.join(', ')} is at work and needs its files. Run \`videoqa gc\` when it has ended, or ` +
      'after `videoqa cancel`.',
  );
}

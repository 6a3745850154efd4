import { UsageError } from '../../domain/errors/usage-error.ts';
import { showItem } from '../../results/show-item.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printData, printJson } from '../output.ts';
import { renderItem } from '../render/item-view.ts';
import { openReadingSession } from '../session.ts';
import { livingTemporalUi } from '../temporal-ui.ts';

/** `show`: one ended item in full; `--json` prints its row and the models' replies. */
export async function show(
  runId: string,
  itemId: string,
  options: { readonly sample?: string; readonly json?: boolean },
): Promise<ExitCode> {
  const sample = Number(options.sample ?? 0);
  if (!Number.isInteger(sample) || sample < 0) {
    throw new UsageError(`--sample ${options.sample} is not a whole number from 0.`);
  }
  const { stores, folder, close } = await openReadingSession();
  try {
    const run = await findRun(stores.runs, runId);
    const ui = await livingTemporalUi(folder);
    const detail = await showItem(stores, run, { itemId, sample }, ui);
    const { row, replies, judgements } = detail;
    if (options.json) printJson({ row, replies, judgements });
    else printData(renderItem(detail));
    return exitCodes.done;
  } finally {
    await close();
  }
}

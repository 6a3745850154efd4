import { isSimulated } from '../../domain/run-spec.ts';
import { judgeAgreement } from '../../results/judge-agreement.ts';
import { createGuessFinder } from '../../results/read-reply.ts';
import { reportRun } from '../../results/report.ts';
import { runInTemporalUi } from '../../results/summarise.ts';
import { guessMarker } from '../../simulator/server/answer-from-frames.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printData, printJson } from '../output.ts';
import { renderChanges } from '../render/changes-view.ts';
import { renderAgreement } from '../render/judge-view.ts';
import { renderReport } from '../render/report-view.ts';
import { openReadingSession } from '../session.ts';
import { livingTemporalUi } from '../temporal-ui.ts';

/** `report`: metrics with denominators and intervals; `--json` prints the run summary and more. */
export async function report(
  runId: string,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const { stores, folder, close } = await openReadingSession();
  try {
    const run = await findRun(stores.runs, runId);
    const ui = await livingTemporalUi(folder);
    const temporalUi = ui === null ? null : runInTemporalUi(ui.url, ui.namespace, runId);
    if (options.json) {
      const made = await reportRun(stores, run, temporalUi);
      const { summary, dataset, accuracies, retried, averages, judges } = made;
      const agreement = await judgeAgreement(stores, run);
      const changes = await stores.runs.changes(runId);
      const judging = { judges, agreement };
      printJson({ ...summary, dataset, accuracies, retried, averages, changes, judging });
    } else {
      const isGuess = isSimulated(run.spec) ? createGuessFinder(stores.blobs, guessMarker) : null;
      printData(renderReport(await reportRun(stores, run, temporalUi, isGuess)));
      printData(renderAgreement(await judgeAgreement(stores, run), isSimulated(run.spec)));
      printData(renderChanges(await stores.runs.changes(runId)));
    }
    return exitCodes.done;
  } finally {
    await close();
  }
}

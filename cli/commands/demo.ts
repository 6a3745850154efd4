import { join } from 'node:path';
import { compareRuns } from '../../results/compare-runs.ts';
import type { RunRecord } from '../../domain/stores/run-store.ts';
import { runInTemporalUi, summariseRun, type Summarised } from '../../results/summarise.ts';
import { startSimulatedProvider } from '../../simulator/server/start-simulated-provider.ts';
import { generateDataset } from '../../simulator/world/generate-dataset.ts';
import { demoConfigs } from '../demo-runs.ts';
import { driveRun, interruption } from '../execute-run.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printData, printJson, printNote } from '../output.ts';
import { prepareRun } from '../prepare-run.ts';
import { registerRun } from '../register-run.ts';
import { renderComparison } from '../render/comparison-table.ts';
import { renderSummary } from '../render/summary-view.ts';
import { runExitCode } from '../run-exit-code.ts';
import { openSession, type Session } from '../session.ts';

/** What the numbers of the demo are worth. */
const meaningOfDemo = `
What this shows: in a drawn world, with models that answer only from the pixels they are sent, how
often each way of choosing 8 frames shows the event, and what that does to the answers. uniform is
the baseline; text-top-k searches with the words of the question; unedited-reference is the control:
it plans and searches, with a picture that imagines nothing. blind sees no frame: that is guessing.
Where text-top-k does as well as imagined-keyframes, drawing pictures has bought nothing but its price.
What it does not show: how well any real model answers, or searches. Every question here names a
shape, the embedding model was trained on these shapes and words alone, and the pictures are
imagined by the world itself. Run the arms on your own videos and compare.`;

type DemoOptions = {
  readonly videos?: string;
  readonly fresh?: boolean;
  readonly json?: boolean;
};

/**
 * `demo`: synthetic videos, a simulated provider that looks at pixels, a real Temporal server and a
 * real embedding model. Runs five strategies over the same questions and compares them.
 */
export async function demo(options: DemoOptions): Promise<ExitCode> {
  const session = await openSession({ embedded: true });
  const interrupted = interruption(session);
  try {
    const datasetFolder = await drawVideos(session, Number(options.videos));
    const provider = await startSimulatedProvider({
      billFile: join(session.folder.path, 'simulated-bill.jsonl'),
    });
    try {
      const runs = await registerRuns(session, datasetFolder, provider.url, options);
      const ended: Summarised[] = [];
      let exitCode: ExitCode = exitCodes.done;
      for (const run of runs) {
        if (interrupted.aborted) return exitCodes.interrupted;
        const summary = await driveRun(session, run, { kind: 'unfinished' }, interrupted);
        if (interrupted.aborted) return exitCodes.interrupted;
        ended.push(await summarised(session, run.runId));
        if (!options.json) printData(`${renderSummary(summary)}\n`);
        exitCode = Math.max(exitCode, runExitCode(summary, run.spec)) as ExitCode;
      }
      showComparison(ended, session, options);
      return exitCode;
    } finally {
      await provider.close();
    }
  } finally {
    await session.close();
  }
}

/**
 * Writes all runs down before the first is driven: one that an earlier process left open goes on at
 * once, and has to know where the provider is now.
 */
async function registerRuns(
  { stores }: Session,
  datasetFolder: string,
  providerUrl: string,
  { fresh = false }: DemoOptions,
): Promise<RunRecord[]> {
  const runs: RunRecord[] = [];
  for (const config of demoConfigs(datasetFolder, `${providerUrl}/v1`)) {
    const prepared = await prepareRun(config, { simulatedBaseUrl: providerUrl, overwrite: false });
    runs.push(await registerRun(stores, prepared, { expectedRunId: null, fresh }));
  }
  return runs;
}

async function drawVideos(session: Session, videos: number): Promise<string> {
  const directory = join(session.folder.path, 'demo-dataset');
  const drawn = await generateDataset({
    directory,
    videos,
    onProgress: ({ videosDone }) => {
      if (videosDone % 10 === 0) printNote(`drew ${videosDone} of ${videos} synthetic videos`);
    },
  });
  printNote(
    `${drawn.questions} questions on ${drawn.videos} synthetic videos, ${drawn.frames} frames`,
  );
  return directory;
}

async function summarised(
  { stores, uiUrl, namespace }: Session,
  runId: string,
): Promise<Summarised> {
  const run = await findRun(stores.runs, runId);
  return summariseRun(
    stores,
    run,
    uiUrl === null ? null : runInTemporalUi(uiUrl, namespace, runId),
  );
}

function showComparison(
  ended: readonly Summarised[],
  session: Session,
  options: DemoOptions,
): void {
  const runs = ended.map(({ summary }) => summary);
  const comparison = compareRuns(ended);
  const pictured = runs.find(({ strategy }) => strategy === 'imagined-keyframes')?.runId;
  if (options.json) {
    printJson({ schemaVersion: 1, runs, comparison });
    return;
  }
  printData(renderComparison(runs, comparison));
  printData(meaningOfDemo);
  printNote(
    [
      '',
      'Where to look next',
      `  videoqa up                                  the runs in the Temporal UI (${session.uiUrl})`,
      `  videoqa report ${pictured}    metrics with denominators`,
      `  videoqa show ${pictured} <item>    one question with its frames and replies`,
    ].join('\n'),
  );
}

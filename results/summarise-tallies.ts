import { addTallies, type RowTally, type VideoTally } from '../domain/row-tally.ts';
import { isSimulated } from '../domain/run-spec.ts';
import { meanOfClusters } from '../domain/statistics.ts';
import type { RunRecord, RunStore } from '../domain/stores/run-store.ts';
import type { Accuracy, RunSummary } from '../domain/summary.ts';
import { judgesOf, readScheduled, type SummarySources } from './summarise.ts';

/** What such a summary is read from. */
export type TallySources = Pick<SummarySources, 'blobs'> & {
  readonly runs: Pick<
    RunStore,
    'counts' | 'failures' | 'tallies' | 'unclassifiedCalls' | 'judgementTotals'
  >;
};

/**
 * A run's summary from its counters and the tallies of its videos, without reading a row: the same
 * numbers as `summariseRun`, at once however large the run. Its data set is read for a run with judges
 * alone.
 *
 * @param temporalUi  address of the run in the Temporal UI, where one is known
 * @returns null for a run that keeps no tallies
 */
export async function summariseTallies(
  { runs, blobs }: TallySources,
  run: RunRecord,
  temporalUi: string | null,
): Promise<RunSummary | null> {
  const tallies = await runs.tallies(run.runId);
  if (tallies.length === 0) return null;
  const sums = addTallies(tallies);
  const judges =
    run.spec.judging === undefined
      ? {}
      : await judgesOf(runs, run, (await readScheduled(blobs, run.spec)).scheduledJudgements);
  return {
    schemaVersion: 1,
    runId: run.runId,
    strategy: run.spec.strategy.name,
    simulated: isSimulated(run.spec),
    state: run.state,
    stopReason: run.stopReason,
    counts: await runs.counts(run.runId),
    failures: await runs.failures(run.runId),
    unclassifiedCalls: await runs.unclassifiedCalls(run.runId),
    accuracy: accuracyOf(tallies, sums),
    ...judges,
    retrieval: retrievalOf(sums),
    usage: usageOf(sums),
    elapsedS: run.elapsedS,
    temporalUi,
    outputDir: run.outputDirectory,
  };
}

function accuracyOf(tallies: readonly VideoTally[], sums: RowTally): Accuracy | null {
  const mean = meanOfClusters(tallies.map(({ correct, gold }) => ({ sum: correct, items: gold })));
  if (mean === null) return null;
  return {
    correct: sums.correct,
    gold: tallies.reduce((total, { gold }) => total + gold, 0),
    overScheduled: mean.mean,
    overAnswered: sums.scored === 0 ? null : sums.correct / sums.scored,
    ci95: mean.ci95,
  };
}

/** Where no frame time is known at all there is no rate. */
function retrievalOf({ spanned, hits, unseen }: RowTally): RunSummary['retrieval'] {
  if (spanned === 0) return null;
  return { hitRate: hits / (spanned + unseen), items: spanned + unseen };
}

function usageOf(sums: RowTally): RunSummary['usage'] {
  return {
    calls: sums.calls,
    cached_calls: sums.cachedCalls,
    prompt_tokens: sums.promptTokens,
    completion_tokens: sums.completionTokens,
    images: sums.images,
    paid_usd: sums.paidUnknown > 0 ? null : sums.paidUsd,
    list_usd: sums.listUnknown > 0 ? null : sums.listUsd,
  };
}

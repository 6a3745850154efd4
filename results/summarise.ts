import { eachFrozenItem } from '../domain/frozen-items.ts';
import {
  createScheduledCount,
  type ScheduledJudgements,
} from '../domain/judging/scheduled-judgements.ts';
import type { Row } from '../domain/row.ts';
import { isSimulated, type RunSpec } from '../domain/run-spec.ts';
import { isScorable } from '../domain/scoring.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { RunRecord, RunStore } from '../domain/stores/run-store.ts';
import type { RunSummary } from '../domain/summary.ts';
import { addUsage } from '../domain/money/usage.ts';
import { summariseJudges } from './judge-summary.ts';
import { observationKey, type RunTotals, totalRows } from './run-totals.ts';

/** What a summary is read from. */
export type SummarySources = {
  readonly runs: Pick<
    RunStore,
    'rows' | 'counts' | 'failures' | 'unclassifiedCalls' | 'judgementTotals'
  >;
  readonly blobs: Pick<BlobStore, 'get'>;
};

/** A run's summary, and the observations behind it for comparing runs. */
export type Summarised = {
  readonly summary: RunSummary;
  readonly totals: RunTotals;
  readonly scheduledJudgements: ScheduledJudgements;
};

/**
 * Sums a run up from its rows, read once, and its frozen dataset.
 *
 * @param temporalUi  address of the run in the Temporal UI, where one is known
 * @param onRow  sees every row as it goes by, in file order
 */
export async function summariseRun(
  { runs, blobs }: SummarySources,
  run: RunRecord,
  temporalUi: string | null,
  onRow?: (row: Row) => Promise<void> | void,
): Promise<Summarised> {
  const rows = onRow === undefined ? runs.rows(run.runId) : watched(runs.rows(run.runId), onRow);
  const { gold, scheduledJudgements } = await readScheduled(blobs, run.spec);
  const totals = await totalRows(rows, gold);
  const { accuracy, retrieval, usage } = totals;
  const summary: RunSummary = {
    schemaVersion: 1,
    runId: run.runId,
    strategy: run.spec.strategy.name,
    simulated: isSimulated(run.spec),
    state: run.state,
    stopReason: run.stopReason,
    counts: await runs.counts(run.runId),
    failures: await runs.failures(run.runId),
    unclassifiedCalls: await runs.unclassifiedCalls(run.runId),
    accuracy,
    ...(await judgesOf(runs, run, scheduledJudgements)),
    retrieval,
    usage,
    elapsedS: run.elapsedS,
    temporalUi,
    outputDir: run.outputDirectory,
  };
  return { summary, totals, scheduledJudgements };
}

/** What judges say of a run and what they cost, where it has any. */
export async function judgesOf(
  runs: Pick<RunStore, 'judgementTotals'>,
  { runId, spec }: Pick<RunRecord, 'runId' | 'spec'>,
  scheduled: ScheduledJudgements,
): Promise<Pick<RunSummary, 'judges' | 'judgingUsage'>> {
  if (spec.judging === undefined) return {};
  const totals = await runs.judgementTotals(runId);
  return {
    judges: summariseJudges(totals, scheduled),
    judgingUsage: addUsage(totals.map(({ usage }) => usage)),
  };
}

async function* watched(
  rows: AsyncIterable<Row>,
  onRow: (row: Row) => Promise<void> | void,
): AsyncIterable<Row> {
  for await (const row of rows) {
    await onRow(row);
    yield row;
  }
}

/**
 * What the frozen data set of a run schedules, from one pass over it: items with a known
 * multiple-choice answer, with the video they cluster by, and the judgements due of the others.
 */
export async function readScheduled(
  blobs: SummarySources['blobs'],
  { dataset }: Pick<RunSpec, 'dataset'>,
): Promise<{
  readonly gold: ReadonlyMap<string, string>;
  readonly scheduledJudgements: ScheduledJudgements;
}> {
  const gold = new Map<string, string>();
  const judgements = createScheduledCount();
  for (const item of eachFrozenItem(await blobs.get(dataset.hash))) {
    if (isScorable(item)) gold.set(observationKey(item.itemId, 0), item.videoIds[0] ?? '');
    judgements.add(item);
  }
  return { gold, scheduledJudgements: judgements.total() };
}

/** Address of a run's root workflow in a Temporal UI. */
export function runInTemporalUi(uiUrl: string, namespace: string, runId: string): string {
  return workflowInTemporalUi(uiUrl, namespace, `eval/${runId}`);
}

/** Address of a workflow in a Temporal UI: of one execution where its run id is given, else of the newest. */
export function workflowInTemporalUi(
  uiUrl: string,
  namespace: string,
  workflowId: string,
  workflowRunId: string | null = null,
): string {
  const execution = workflowRunId === null ? '' : `/${workflowRunId}`;
  return `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}${execution}`;
}

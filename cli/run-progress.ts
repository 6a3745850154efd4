import { isSimulated } from '../domain/run-spec.ts';
import type { RunRecord } from '../domain/stores/run-store.ts';
import type { Stores } from '../workers/open-stores.ts';
import { endedItems, type Progress } from './render/progress.ts';

/** Reads how a run stands, from counters alone: cheap enough for twice a second. */
export async function readProgress(
  { runs, calls, pauses }: Pick<Stores, 'runs' | 'calls' | 'pauses'>,
  run: RunRecord,
  temporalUi: string | null,
): Promise<Progress> {
  const [counts, failures, unclassifiedCalls, paused, spending, steps, recentEnds] =
    await Promise.all([
      runs.counts(run.runId),
      runs.failures(run.runId),
      runs.unclassifiedCalls(run.runId),
      pauses.list(),
      calls.spending(run.runId),
      runs.stepRates(run.runId, Date.now() - 60_000),
      runs.recentEnds(run.runId, 120),
    ]);
  const left = counts.scheduled - endedItems(counts);
  const { models, judging } = run.spec;
  const judges = judging?.judges.map(({ model }) => model) ?? [];
  const paid = [models.answer, models.plan, models.image, ...judges];
  const accounts = paid.map((model) => model?.account);
  const hasPrices = models.answer.price !== null;
  return {
    runId: run.runId,
    strategy: run.spec.strategy.name,
    simulated: isSimulated(run.spec),
    state: run.state,
    counts,
    failures,
    unclassifiedCalls,
    pauses: paused.filter(({ account }) => accounts.includes(account)),
    steps,
    spentUsd: hasPrices ? (spending[0]?.settledUsd ?? 0) : null,
    elapsedS: run.elapsedS,
    remainingS: recentEnds === 0 ? null : (left / recentEnds) * 60,
    temporalUi,
  };
}

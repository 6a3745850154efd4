import { addTallies, noTally, type RowTally, tallyOf } from '../../domain/row-tally.ts';
import type { AuditStore } from '../../domain/stores/audit-store.ts';
import type { CallStore } from '../../domain/stores/call-store.ts';
import type { RunRecord, RunStore } from '../../domain/stores/run-store.ts';
import type { Damage } from './damage.ts';

export type CounterSources = {
  readonly audit: Pick<AuditStore, 'standings' | 'spendOfCalls'>;
  readonly runs: Pick<RunStore, 'counts' | 'failures' | 'tallies' | 'rows'>;
  readonly calls: Pick<CallStore, 'ledger'>;
};

/** Sums of money differ in their last bits with the order of adding. */
const sameWithin = 1e-6;

/** Counters and tallies of a run that are not what its items and rows add up to. */
export async function* damagedCounters(
  sources: CounterSources,
  { runId }: RunRecord,
): AsyncIterable<Damage> {
  const mend = `videoqa verify ${runId} --repair`;
  for (const [name, kept, found] of await countersOf(sources, runId)) {
    if (kept === found) continue;
    yield {
      kind: 'counts',
      what: `run ${runId}: ${name} is ${kept}, its items say ${found}`,
      mend,
    };
  }
  for (const [name, kept, found] of await spendOf(sources, runId)) {
    if (Math.abs(kept - found) <= sameWithin) continue;
    const what = `run ${runId}: ${name} is ${kept}, its calls come to ${found}`;
    yield { kind: 'counts', what, mend: 'put back a copy of the state folder, or report it' };
  }
  const video = await videoOfOtherTally(sources.runs, runId);
  if (video === null) return;
  yield {
    kind: 'counts',
    what: `run ${runId}: the sums of video ${video} differ from its rows`,
    mend,
  };
}

/** Name, what the counters say, what the items say. */
async function countersOf(
  { audit, runs }: CounterSources,
  runId: string,
): Promise<[string, number, number][]> {
  const standings = await audit.standings(runId);
  const { running, pending, scheduled, degraded, ...outcomes } = await runs.counts(runId);
  const failures = await runs.failures(runId);
  const items = (counts: (standing: (typeof standings)[number]) => boolean): number =>
    standings.filter(counts).reduce((sum, standing) => sum + standing.items, 0);
  return [
    ['scheduled', scheduled, items(() => true)],
    ['unfinished', running + pending, items(({ outcome }) => outcome === null)],
    ['degraded', degraded, items((standing) => standing.degraded)],
    ...Object.entries(outcomes).map(([name, kept]): [string, number, number] => [
      name,
      kept,
      items(({ outcome }) => outcome === name),
    ]),
    ...Object.entries(failures).map(([name, kept]): [string, number, number] => [
      `failed with ${name}`,
      kept,
      items(({ outcome, failureClass }) => outcome === 'failed' && failureClass === name),
    ]),
  ];
}

async function spendOf(
  { audit, calls }: CounterSources,
  runId: string,
): Promise<[string, number, number][]> {
  const kept = await calls.ledger(runId);
  const found = await audit.spendOfCalls(runId);
  return [
    ['the number of calls', kept.calls, found.calls],
    ['settled spend', kept.settledUsd, found.settledUsd],
    ['open spend', kept.openUsd, found.openUsd],
    ['duplicate spend', kept.duplicateUsd, found.duplicateUsd],
  ];
}

/** The first video whose kept sums are not those of its rows; runs of older versions keep none. */
async function videoOfOtherTally(
  runs: CounterSources['runs'],
  runId: string,
): Promise<string | null> {
  const tallies = await runs.tallies(runId);
  if (tallies.length === 0) return null;
  const sums = new Map<string, RowTally>();
  for await (const row of runs.rows(runId)) {
    const video = row.video_ids[0] ?? '';
    sums.set(video, addTallies([sums.get(video) ?? noTally, tallyOf(row)]));
  }
  const differing = tallies.find((tally) => {
    const sum = sums.get(tally.videoId) ?? noTally;
    return Object.entries(sum).some(
      ([key, value]) => Math.abs(tally[key as keyof RowTally] - value) > sameWithin,
    );
  });
  return differing?.videoId ?? null;
}

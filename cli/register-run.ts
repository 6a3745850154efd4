import { freezeChunks } from '../adapters/datasets/freeze-chunks.ts';
import { crashPoint } from '../domain/crash-points.ts';
import { describeDifference } from '../domain/run-identity.ts';
import { goldOfVideos } from '../domain/row-tally.ts';
import { orderItems } from '../domain/run-items.ts';
import { changedSettings, keepTuned } from '../domain/config/run-settings.ts';
import { judgeQueuesOf, queuesOf } from '../domain/run-queues.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import type { JudgingRecord } from '../domain/stores/judgement-store.ts';
import type { RunRecord } from '../domain/stores/run-store.ts';
import { UsageError } from '../domain/errors/usage-error.ts';
import type { Stores } from '../workers/open-stores.ts';
import { refuseForeignResults } from '../workers/result-files.ts';
import { printNote } from './output.ts';
import type { PreparedRun } from './prepare-run.ts';
import { describeChange } from './render/changes-view.ts';

export type RegisterOptions = {
  /** The run the user expects to go on with; null = whichever the configuration names. */
  readonly expectedRunId: string | null;
  /** A new run although the one of this configuration is completed. */
  readonly fresh: boolean;
};

/**
 * Finds the run that a configuration names, or writes it down with its frozen dataset. What is not
 * part of a run's identity (limits, addresses, output) is brought up to date.
 *
 * @throws {UsageError} when `expectedRunId` has another identity, with the difference
 */
export async function registerRun(
  { runs, blobs, datasets, judgements }: Stores,
  prepared: PreparedRun,
  { expectedRunId, fresh }: RegisterOptions,
): Promise<RunRecord> {
  const { identity } = prepared;
  if (expectedRunId !== null) await refuseOtherRun(runs, prepared, expectedRunId);
  const spec = fresh
    ? await freshSpec(runs, prepared.spec)
    : await newestSpec(runs, prepared, expectedRunId);
  await refuseForeignResults(spec);
  if (prepared.frozenFiles !== null) await blobs.put(prepared.frozenFiles);
  if (prepared.calibration !== null) await blobs.put(prepared.calibration);
  const known = await runs.get(spec.runId);
  if (known !== null) {
    refuseOtherQueues(known, spec, await judgements.listOpen());
    const kept = await updateSpec(runs, known, spec);
    return { ...known, spec: kept };
  }
  const previous = await runs.latestNamed(spec.name);
  if (previous !== null && previous.identity !== identity) {
    printNote(`New run ${spec.runId}. It differs from ${previous.runId} in:`);
    for (const line of describeDifference(previous.identity, identity)) printNote(`  ${line}`);
  }
  await blobs.put(prepared.frozen);
  const ordered = orderItems(prepared.items);
  await freezeChunks({ blobs, datasets }, spec.dataset.hash, prepared.items, ordered);
  crashPoint('dataset-frozen');
  await runs.create(
    { runId: spec.runId, name: spec.name, spec, identity },
    ordered,
    goldOfVideos(prepared.items),
  );
  crashPoint('run-created');
  const created = await runs.get(spec.runId);
  if (created === null) throw new Error(`Run ${spec.runId} was written and is not there`);
  return created;
}

/** Items and judgements under way go to the queues of the accounts with which they were started. */
function refuseOtherQueues(
  { runId, driveIsOpen, spec: stored }: RunRecord,
  given: RunSpec,
  judgings: readonly JudgingRecord[],
): void {
  const isBeingJudged = judgings.some((judging) => judging.runId === runId);
  const inUse = (spec: RunSpec): (string | null)[] => [
    ...(driveIsOpen ? Object.values(queuesOf(spec)) : []),
    ...(isBeingJudged ? Object.values(judgeQueuesOf(spec) ?? {}) : []),
  ];
  const after = inUse(given);
  const changed = inUse(stored).filter((queue) => !after.includes(queue));
  if (changed.length === 0) return;
  const end = driveIsOpen
    ? `\`videoqa cancel ${runId}\`, then this command, then \`videoqa retry ${runId} --where outcome=cancelled\``
    : `\`videoqa judge ${runId} --stop\`, then this command`;
  throw new UsageError(
    `${runId} is at work with another key variable, address or model than this configuration ` +
      `names (${changed.join(', ')}). Take the change back until it has ended, or end it: ${end}`,
  );
}

/** What the configuration says now, but for what was tuned since and stands in it as before. */
async function updateSpec(
  runs: Stores['runs'],
  { runId, spec: stored }: RunRecord,
  given: RunSpec,
): Promise<RunSpec> {
  const spec = keepTuned(stored, given, await runs.changes(runId));
  for (const { setting, after } of changedSettings(given, spec))
    printNote(`${runId}: ${setting} stays as tuned: ${JSON.stringify(after)}`);
  for (const change of await runs.updateSpec(runId, spec))
    printNote(`${runId}: ${describeChange(change)}`);
  return spec;
}

async function refuseOtherRun(
  runs: Stores['runs'],
  { identity, spec }: PreparedRun,
  expectedRunId: string,
): Promise<void> {
  const expected = await runs.get(expectedRunId);
  if (expected === null) {
    throw new UsageError(
      `There is no run ${expectedRunId} in this state folder; \`videoqa status\` lists them.`,
    );
  }
  if (expected.identity === identity) return;
  const lines = describeDifference(expected.identity, identity).map((line) => `  ${line}`);
  throw new UsageError(
    `This configuration is not run ${expectedRunId} but ${spec.runId}. They differ in:\n${lines.join('\n')}`,
  );
}

/** `<runId>-2`, `-3`, ...: the first that is free. Its calls share nothing with other runs. */
async function freshSpec(runs: Stores['runs'], spec: RunSpec): Promise<RunSpec> {
  if ((await runs.get(spec.runId)) === null) return spec;
  for (let number = 2; ; number += 1) {
    const runId = `${spec.runId}-${number}`;
    if ((await runs.get(runId)) === null)
      return { ...spec, runId, run: { ...spec.run, cache: 'run' } };
  }
}

/** A named `-2` run is gone on with under its own id and cache. */
async function newestSpec(
  runs: Stores['runs'],
  { spec }: PreparedRun,
  expectedRunId: string | null,
): Promise<RunSpec> {
  if (expectedRunId === null || expectedRunId === spec.runId) return spec;
  const expected = await runs.get(expectedRunId);
  const cache = expected?.spec.run.cache ?? spec.run.cache;
  return { ...spec, runId: expectedRunId, run: { ...spec.run, cache } };
}

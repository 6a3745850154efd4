import type { RunRecord } from '../../domain/stores/run-store.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import type { Damage } from '../../results/verify/damage.ts';
import { openRowRebuilder } from '../../results/verify/rebuild-row.ts';
import { damagedArtifacts } from '../../results/verify/verify-artifacts.ts';
import { damagedCounters } from '../../results/verify/verify-counters.ts';
import { damagedRows, lostAnswers } from '../../results/verify/verify-rows.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printData, printJson, printNote } from '../output.ts';
import { openReadingSession } from '../session.ts';

export type VerifyOptions = {
  readonly quick?: boolean;
  readonly repair?: boolean;
  readonly json?: boolean;
};

type Findings = { runs: number; artifacts: number; bytes: number; repaired: number };

/**
 * `verify`: holds rows, answers and artifacts against what was recorded of them. Exit 7 when damage
 * remains.
 */
export async function verify(runId: string | null, options: VerifyOptions): Promise<ExitCode> {
  const { stores, close } = await openReadingSession();
  try {
    const wanted = runId === null ? await stores.runs.list() : [await findRun(stores.runs, runId)];
    if (options.repair) refuseWhileOpen(wanted);
    const count = { runs: wanted.length, artifacts: 0, bytes: 0, repaired: 0 };
    const damage: Damage[] = [];
    for await (const one of findDamage(stores, wanted, options, count)) {
      damage.push(one);
      if (!options.json) printData(`${one.kind}: ${one.what}\n  ${one.mend}`);
    }
    if (options.json) printJson({ ...count, damage });
    else printNote(summaryOf(count, damage.length, options));
    return damage.length === 0 ? exitCodes.done : exitCodes.damage;
  } finally {
    await close();
  }
}

async function* findDamage(
  stores: Stores,
  runs: readonly RunRecord[],
  options: VerifyOptions,
  count: Findings,
): AsyncIterable<Damage> {
  for (const what of await stores.audit.damage()) {
    yield { kind: 'database', what, mend: 'restore the state folder from a copy' };
  }
  for (const account of await stores.audit.accountsAstray()) {
    const what = `account ${account}: what all runs have spent there is not what each of them has`;
    yield { kind: 'counts', what, mend: 'put back a copy of the state folder, or report it' };
  }
  for (const run of runs) {
    yield* lostAnswers(stores, run);
    if (options.repair) yield* repairRun(stores, run, count);
    else yield* damageOfRun(stores, run);
  }
  yield* damagedArtifacts(stores, options.quick !== true, count);
}

async function* damageOfRun(stores: Stores, run: RunRecord): AsyncIterable<Damage> {
  let areRowsSound = true;
  for await (const { damage } of damagedRows(stores, run)) {
    areRowsSound = false;
    yield damage;
  }
  // Counters of a run at work change while its items are counted; torn rows cannot be added up.
  if (!run.driveIsOpen && areRowsSound) yield* damagedCounters(stores, run);
}

/** Rows are rebuilt only where needed, so a sound run's dataset is not read. */
async function* repairRun(stores: Stores, run: RunRecord, count: Findings): AsyncIterable<Damage> {
  let rebuild: Awaited<ReturnType<typeof openRowRebuilder>> | undefined;
  for await (const { item, damage } of damagedRows(stores, run)) {
    rebuild ??= await openRowRebuilder(stores, run);
    const row = await rebuild(item);
    if (row === null) {
      yield { ...damage, mend: 'its item is not in the frozen dataset; restore a copy' };
      continue;
    }
    await stores.audit.replaceRow(row);
    count.repaired += 1;
  }
  await stores.audit.recount(run.runId);
}

function refuseWhileOpen(runs: readonly RunRecord[]): void {
  const open = runs.filter(({ driveIsOpen }) => driveIsOpen).map(({ runId }) => runId);
  if (open.length === 0) return;
  throw new UsageError(
    `${open.join(', ')} is at work. Repair rows when it has ended, or after \`videoqa cancel\`.`,
  );
}

function summaryOf(
  { runs, artifacts, bytes, repaired }: Findings,
  damaged: number,
  { quick }: VerifyOptions,
): string {
  const read = quick ? 'looked for, not read' : `${(bytes / 2 ** 20).toFixed(1)} MiB read`;
  const mended = repaired === 0 ? '' : `${repaired} rows rebuilt. `;
  const verdict = damaged === 0 ? 'No damage found.' : `${damaged} damaged.`;
  return `${runs} runs, ${artifacts} artifacts (${read}). ${mended}${verdict}`;
}

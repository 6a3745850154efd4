import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Row } from '../../domain/row.ts';
import type { BillEntry } from '../../simulator/server/bill.ts';
import { runCli } from '../support/e2e-cli.ts';
import { readRun } from '../support/e2e-state.ts';
import { checkArtifacts } from './check-artifacts.ts';
import { checkMoney } from './check-money.ts';
import { checkRows } from './check-rows.ts';
import { checkTemporal } from './check-temporal.ts';
import { readStored } from './stored-state.ts';
import { type Violation, violated } from './violation.ts';

export type Evidence = {
  readonly home: string;
  readonly runId: string;
  /** The bill of a provider that served this run alone. */
  readonly entries: readonly BillEntry[];
  /** Request ids that were open at each kill; null where nobody could look. */
  readonly inFlight: readonly (readonly string[])[] | null;
  /** The folder of result files, or null. */
  readonly output?: string | null;
  /** @default 'completed' */
  readonly end?: 'completed' | 'stopped';
  /** Whether the server is asked as well: it is started for that. @default true */
  readonly asksTemporal?: boolean;
};

/**
 * Compares what a run that has ended left in every place: rows, ledger, artifacts, the Temporal
 * server and the provider's bill. Nothing may be running on the state folder.
 */
export async function checkInvariants(evidence: Evidence): Promise<Violation[]> {
  const { home, runId, entries, inFlight, output = null, asksTemporal = true } = evidence;
  const { end = 'completed' } = evidence;
  const state = await readRun(home, runId);
  const { calls, items } = readStored(home, runId);
  return [
    ...checkRows(state, end),
    ...checkMoney(state, calls, entries, inFlight),
    ...(await checkArtifacts(home, output)),
    ...(await checkExport(home, runId, state.rows)),
    ...(asksTemporal ? await checkTemporal(home, runId, items) : []),
  ];
}

/** The export has one line an item, in whatever state the files were. */
async function checkExport(
  home: string,
  runId: string,
  rows: readonly Row[],
): Promise<Violation[]> {
  const out = join(home, '..', 'export');
  const end = await runCli(['export', runId, '--format', 'jsonl', '--out', out], { home });
  if (end.code !== 0) return violated('a run can be exported', [end.stderr]);
  const lines = (await readFile(join(out, `${runId}.jsonl`), 'utf8')).trim().split('\n');
  const exported = lines.map((line) => (JSON.parse(line) as Row).item_id).toSorted();
  const stored = rows.map(({ item_id }) => item_id).toSorted();
  const isSame = JSON.stringify(exported) === JSON.stringify(stored);
  return violated('the export has the rows', isSame ? [] : [`${exported.length} lines`]);
}

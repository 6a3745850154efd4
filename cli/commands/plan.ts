import { createInterface } from 'node:readline/promises';
import { readConfig } from '../../adapters/config-files/read-config.ts';
import type { Row } from '../../domain/row.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { estimateRun, type RunEstimate } from '../../results/estimate.ts';
import { driveRun, executeRun, interruption } from '../execute-run.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printData, printJson, printNote } from '../output.ts';
import { pilotOf } from '../pilot-run.ts';
import { type PreparedRun, prepareRun } from '../prepare-run.ts';
import { registerRun } from '../register-run.ts';
import { renderEstimate } from '../render/estimate-view.ts';
import { priceLines } from '../render/price-lines.ts';
import { judgedExitCode } from '../judging-exit-code.ts';
import { runExitCode } from '../run-exit-code.ts';
import { openSession, type Session } from '../session.ts';

export type PlanOptions = {
  readonly items?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
};

const asNamed = { expectedRunId: null, fresh: false } as const;

/**
 * `plan`: runs a pilot of some items, says what the whole dataset will take, and goes on with the
 * run where it is told to: by `--yes`, or by a person at a terminal.
 */
export async function plan(configFile: string, options: PlanOptions): Promise<ExitCode> {
  const count = Number(options.items ?? 20);
  if (!Number.isInteger(count) || count < 1) {
    throw new UsageError(`--items is ${options.items}; give a whole number from 1`);
  }
  const config = await readConfig(configFile);
  const prepared = await prepareRun(config, { simulatedBaseUrl: null, overwrite: false });
  prepared.warnings.forEach((warning) => printNote(`warning: ${warning}`));
  const session = await openSession({ metrics: undefined });
  try {
    const pilot = await runPilot(session, prepared, count);
    if ('exitCode' in pilot) return pilot.exitCode;
    if (!options.json) printData(renderEstimate(pilot, prepared.spec));
    const goesOn = options.yes === true || (await isWanted());
    if (!goesOn) {
      if (options.json) printJson({ schemaVersion: 1, estimate: pilot, run: null });
      return exitCodes.done;
    }
    const record = await registerRun(session.stores, prepared, asNamed);
    const selection = { kind: 'unfinished' } as const;
    if (!options.json) return await executeRun(session, record, { selection, json: false });
    const interrupted = interruption(session);
    const summary = await driveRun(session, record, selection, interrupted);
    printJson({ schemaVersion: 1, estimate: pilot, run: summary });
    if (interrupted.aborted) return exitCodes.interrupted;
    return await judgedExitCode(session.stores, summary, record.spec);
  } finally {
    await session.close();
  }
}

/** The estimate, or the exit code of a pilot that did not come to its end. */
async function runPilot(
  session: Session,
  prepared: PreparedRun,
  count: number,
): Promise<(RunEstimate & { readonly pilotRunId: string }) | { readonly exitCode: ExitCode }> {
  const record = await registerRun(session.stores, pilotOf(prepared, count), asNamed);
  priceLines(record.spec).forEach((line) => printNote(`price: ${line}`));
  if (prepared.spec.run.cache === 'run')
    printNote('run.cache is `run`: the run will not use what the pilot pays for.');
  const interrupted = interruption(session);
  const summary = await driveRun(session, record, { kind: 'unfinished' }, interrupted);
  if (interrupted.aborted) return { exitCode: exitCodes.interrupted };
  if (summary.state !== 'completed') return { exitCode: runExitCode(summary, record.spec) };
  const rows: Row[] = [];
  for await (const row of session.stores.runs.rows(record.runId)) rows.push(row);
  const judged = await session.stores.runs.judgementTotals(record.runId);
  const estimate = estimateRun(prepared.spec, rows, prepared.items.length, judged);
  return { pilotRunId: record.runId, ...estimate };
}

/** Nobody at a terminal wants nothing. */
async function isWanted(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    printNote('Nothing else was started; `--yes` goes on with the run.');
    return false;
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question('Go on with the whole run? [y/N] ');
  prompt.close();
  return /^y(es)?$/i.test(answer.trim());
}

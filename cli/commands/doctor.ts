import type { UnfrozenRun } from '../../domain/config/resolve-config.ts';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import { openStateFolder, type StateFolder } from '../../workers/embedded/state-folder.ts';
import { demoConfigs } from '../demo-runs.ts';
import { broken, type Finding } from '../doctor/check.ts';
import { checkConfigFile, type ConfigNeeds } from '../doctor/check-config.ts';
import { checkDatabase, checkFolder } from '../doctor/check-folder.ts';
import { checkMachine } from '../doctor/check-machine.ts';
import { checkModel } from '../doctor/check-model.ts';
import {
  checkDataset,
  checkEndpoints,
  checkModelFolder,
  checkMoney,
  weightBytes,
} from '../doctor/check-run.ts';
import { checkServer } from '../doctor/check-server.ts';
import { checkStorage } from '../doctor/check-storage.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printData, printJson } from '../output.ts';
import { openReadingSession } from '../session.ts';
import { renderFindings } from '../render/findings-view.ts';

/** `doctor`: looks at what a run needs; each failure names what mends it. Nothing is paid. */
export async function doctor(options: {
  readonly config?: string;
  readonly json?: boolean;
}): Promise<ExitCode> {
  const findings = await examine(options.config ?? null, process.env);
  const ok = findings.every((found) => found.ok);
  if (options.json) printJson({ schemaVersion: 1, ok, findings });
  else printData(renderFindings(findings));
  const code = ok ? exitCodes.done : exitCodes.environment;
  // A check that was given up may still hold a download or a connection.
  process.exitCode = code;
  setTimeout(() => process.exit(), leaveAfterMs).unref();
  return code;
}

const leaveAfterMs = 1000;

async function examine(file: string | null, environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const needs = file === null ? demoNeeds() : await checkConfigFile(file, environment);
  const { embedding } = needs;
  const modelBytes = embedding === null ? 0 : await weightBytes(embedding);
  // The machine first, and alone: how late its timers are says nothing while others compute.
  const machine = await checkMachine(environment, modelBytes);
  const groups = await Promise.all([
    checkState(environment),
    ...(file === null || needs.unfrozen === null
      ? []
      : [checkNamed(file, needs.unfrozen, environment)]),
    ...(embedding === null ? [] : [checkModelFolder(embedding), checkModel(embedding)]),
  ]);
  return [...machine, ...needs.findings, ...groups.flat()];
}

/** Without a configuration: what the demo needs. */
function demoNeeds(): ConfigNeeds {
  const embedding = demoConfigs('', 'http://127.0.0.1')[1]?.models.embedding ?? null;
  return { findings: [], unfrozen: null, embedding };
}

/** The state folder, its stores and its server, or the cluster. */
async function checkState(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  let folder: StateFolder;
  try {
    folder = await openStateFolder(environment);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return [broken('state folder', error.message, 'export VIDEOQA_HOME=<new folder>')];
  }
  return [
    ...(await checkFolder(folder)),
    ...(await checkStorage(folder, environment)),
    ...(await checkDatabase(folder, environment)),
    ...(await checkServer(folder, environment)),
  ];
}

/** What a configuration names: files, addresses, money. */
async function checkNamed(
  file: string,
  unfrozen: UnfrozenRun,
  environment: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const reading = await openReadingSession(environment).catch(() => null);
  try {
    const groups = await Promise.all([
      checkDataset(file, unfrozen),
      checkEndpoints(unfrozen),
      checkMoney(file, unfrozen, reading?.stores ?? null),
    ]);
    return groups.flat();
  } finally {
    await reading?.close();
  }
}

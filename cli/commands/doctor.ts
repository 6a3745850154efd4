import { EnvironmentError } from '../../domain/usage-error.ts';
import { openStateFolder, type StateFolder } from '../../workers/embedded/state-folder.ts';
import { demoConfigs } from '../demo-runs.ts';
import { broken, type Finding } from '../doctor/check.ts';
import { checkConfigFile } from '../doctor/check-config.ts';
import { checkModel } from '../doctor/check-model.ts';
import { checkServer } from '../doctor/check-server.ts';
import { checkStorage } from '../doctor/check-storage.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printData, printJson } from '../output.ts';
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
  return ok ? exitCodes.done : exitCodes.environment;
}

async function examine(
  configFile: string | null,
  environment: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const needs =
    configFile === null
      ? {
          findings: [],
          embedding: demoConfigs('', 'http://127.0.0.1')[1]?.models.embedding ?? null,
        }
      : await checkConfigFile(configFile, environment);
  return [
    ...(await checkMachine(environment)),
    ...needs.findings,
    ...(needs.embedding === null ? [] : [await checkModel(needs.embedding)]),
  ];
}

async function checkMachine(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  let folder: StateFolder;
  try {
    folder = await openStateFolder(environment);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return [broken('state folder', error.message, 'export VIDEOQA_HOME=<new folder>')];
  }
  return [
    ...(await checkStorage(folder, environment)),
    ...(await checkServer(folder, environment)),
  ];
}

import { DefaultLogger, type Logger } from '@temporalio/worker';
import { pino } from 'pino';
import { openRotatingFile } from '../adapters/log-files/rotating-file.ts';
import type { HideSecrets } from '../adapters/secrets/hide-secrets.ts';
import { plainJson } from '../domain/text/plain-text.ts';
import { UsageError } from '../domain/errors/usage-error.ts';
import { describeError } from './telemetry/describe-error.ts';
import { currentStep } from './telemetry/step-scope.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** `VIDEOQA_LOG_LEVEL`. @default info @throws {UsageError} for another word */
export function logLevelOf(environment: NodeJS.ProcessEnv): LogLevel {
  const text = environment['VIDEOQA_LOG_LEVEL']?.toLowerCase() || 'info';
  const level = logLevels.find((known) => known === text);
  if (level !== undefined) return level;
  throw new UsageError(`VIDEOQA_LOG_LEVEL is "${text}"; it takes ${logLevels.join(', ')}.`);
}

/**
 * Temporal's log and ours as JSON lines in a file that keeps its size. A line that concerns an item
 * or its step names them. Errors are written with name, message, code and stack: whatever else hangs
 * on one, such as a request, could hold a question or a key.
 *
 * @param file  null = nowhere
 */
export function workerLogger(
  file: string | null,
  level: LogLevel,
  hideSecrets: HideSecrets = (text) => text,
): Logger {
  if (file === null) return new DefaultLogger('ERROR', () => undefined);
  const log = openRotatingFile(file);
  const lines = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    // People read logs in terminals, which act on more than JSON escapes.
    { write: (line: string) => log.write(plainJson(hideSecrets(line))) },
  );
  return new DefaultLogger(level.toUpperCase() as Uppercase<LogLevel>, (entry) => {
    const { error, ...meta } = entry.meta ?? {};
    const said = { ...concerned(meta), ...(error !== undefined && { err: describeError(error) }) };
    lines[entry.level.toLowerCase() as LogLevel](said, entry.message);
  });
}

/** What Temporal says beside a line, cut down to what finds the thing it is about. */
const keptNames = [
  'run',
  'item',
  'sample',
  'step',
  'workflowId',
  'workflowType',
  'activityId',
  'activityType',
  'attempt',
  'taskQueue',
  'sdkComponent',
] as const;

function concerned(meta: Record<string | symbol, unknown>): Record<string, unknown> {
  const kept = Object.fromEntries(
    keptNames.flatMap((name) => (meta[name] === undefined ? [] : [[name, meta[name]]])),
  );
  const step = currentStep();
  const own =
    step === null
      ? {}
      : { run: step.run, item: step.item, step: step.step, workflowId: step.workflowId };
  return { ...own, ...fromWorkflowId(meta['workflowId']), ...kept };
}

/** `eval/<run>/i/<item's key>-<sample>`; other workflows of a run name the run alone. */
function fromWorkflowId(workflowId: unknown): Record<string, string> {
  if (typeof workflowId !== 'string') return {};
  const [kind, run, part, itemKey] = workflowId.split('/');
  if (kind !== 'eval' || run === undefined) return {};
  return { run, ...(part === 'i' && itemKey !== undefined && { itemKey }) };
}

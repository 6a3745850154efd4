import type { ControlAction } from '../client/control-run.ts';
import type { ControlOptions } from './commands/control.ts';
import type { ExitCode } from './exit-codes.ts';
import type { AddVerb } from './program.ts';

const json = ['--json', 'print JSON on standard output'] as const;

/** Adds the verbs that act on a run another process may be working on. */
export function addControlVerbs(verb: AddVerb): void {
  verb('pause <run>', 'start no further item; items under way finish', ([run], options) =>
    act(options['now'] === true ? 'pause-now' : 'pause', run!, options),
  )
    .option('--now', 'start no further call either; calls in flight finish and are kept')
    .option(...json);
  verb('resume <run>', 'let a paused run go on', ([run], options) =>
    act('resume', run!, options),
  ).option(...json);
  verb('cancel <run>', 'end a run; calls in flight finish and are kept', ([run], options) =>
    act('cancel', run!, options),
  )
    .option('--dry-run', 'say what would end, and change nothing')
    .option(...json);
}

async function act(
  action: ControlAction,
  runId: string,
  options: ControlOptions,
): Promise<ExitCode> {
  return (await import('./commands/control.ts')).control(action, runId, options);
}

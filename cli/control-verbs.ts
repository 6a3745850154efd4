import { type AddVerb, each } from './add-verb.ts';
import type { ControlAction } from '../client/control-run.ts';
import type { ControlOptions } from './commands/control.ts';
import type { TuneOptions } from './commands/tune.ts';
import type { ExitCode } from './exit-codes.ts';

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
  addTune(verb);
}

function addTune(verb: AddVerb): void {
  verb(
    'tune <run> [others...]',
    'change limits of a run, also while it is at work',
    async (args, options) =>
      (await import('./commands/tune.ts')).tune(args, options as TuneOptions),
  )
    // They are named one by one: what results depend on is refused with the run it would make.
    .allowUnknownOption()
    .usage('<run> [options] --reason <text>')
    .requiredOption('--reason <text>', 'why; kept with the run and shown in its report')
    .option('--items-in-flight <n>', 'items worked on at once')
    .option(
      '--concurrency <account=n>',
      'calls at once (answer=8, plan=8, image=8, judge=8, or an account; repeatable)',
      each,
    )
    .option('--requests-per-minute <account=n>', 'requests a minute; none = no limit', each)
    .option('--tokens-per-minute <account=n>', 'tokens a minute; none = no limit', each)
    .option('--budget-usd <n>', 'US dollars that the run may spend; none = no cap')
    .option(
      '--account-budget-usd <account=n>',
      'US dollars that all runs may spend there before this one stops; none = no cap',
      each,
    )
    .option(...json);
}

async function act(
  action: ControlAction,
  runId: string,
  options: ControlOptions,
): Promise<ExitCode> {
  return (await import('./commands/control.ts')).control(action, runId, options);
}

import { type Command, Option } from 'commander';
import { originalFlags } from '../domain/config/original-flags.ts';
import type { ExitCode } from './exit-codes.ts';

/** Adds `config` with its verb, whose code is loaded only when it runs. */
export function addConfigVerbs(program: Command, onEnd: (exitCode: ExitCode) => void): void {
  const show = program
    .command('config')
    .description('what a configuration comes to')
    .exitOverride()
    .command('show [config]')
    .description(
      'resolved settings with their origins, secrets masked; without a file the environment',
    )
    .exitOverride()
    .option('--json', 'print JSON on standard output')
    .action(async (file: string | undefined, options: Readonly<Record<string, unknown>>) => {
      const { configShow } = await import('./commands/config-show.ts');
      onEnd(await configShow(file ?? null, options));
    });
  addOriginalFlags(show);
}

/** Adds the original script's flags to a verb that reads a configuration. */
export function addOriginalFlags(verb: Command): void {
  for (const { long, short, value, description } of originalFlags) {
    const text = short === null ? description : `${description} (${short})`;
    verb.addOption(new Option(value === null ? long : `${long} ${value}`, text));
  }
}

import type { Command } from 'commander';
import type { GcOptions } from './commands/gc.ts';
import type { VerifyOptions } from './commands/verify.ts';
import type { ExitCode } from './exit-codes.ts';

/** Adds `verify` and `gc`, which look after a state folder; their code is loaded only when they run. */
export function addKeepingVerbs(program: Command, onEnd: (exitCode: ExitCode) => void): void {
  program
    .command('verify [run]')
    .description('hold rows, paid answers and artifacts against what was recorded of them')
    .exitOverride()
    .option('--quick', 'look for artifacts without reading them')
    .option('--repair', 'build damaged rows again from the records of their steps')
    .option('--json', 'print JSON on standard output')
    .action(async (run: string | undefined, options: VerifyOptions) => {
      onEnd(await (await import('./commands/verify.ts')).verify(run ?? null, options));
    });

  program
    .command('gc')
    .description('remove stored files that nothing refers to')
    .exitOverride()
    .option('--dry-run', 'only say what would be removed')
    .option('--json', 'print JSON on standard output')
    .action(async (options: GcOptions) => {
      onEnd(await (await import('./commands/gc.ts')).gc(options));
    });
}

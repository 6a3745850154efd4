import type { Command } from 'commander';
import type { ExitCode } from './exit-codes.ts';

/** Hears how an action of a group ended. */
type OnEnd = (exitCode: ExitCode) => void;

const json = ['--json', 'print JSON on standard output'] as const;

/**
 * Adds `index` with its verbs; their code is loaded only when they run.
 *
 * @returns the group
 */
export function addIndexVerbs(program: Command, onEnd: OnEnd): Command {
  const group = program
    .command('index')
    .description('inspect, import and check frame embeddings')
    .exitOverride();

  group
    .command('inspect <file>')
    .description('what a .pt, .pth or .safetensors file of frame embeddings holds')
    .exitOverride()
    .option(...json)
    .action(async (file: string, options: { readonly json?: boolean }) => {
      onEnd(await (await import('./commands/index-inspect.ts')).indexInspect(file, options));
    });

  group
    .command('import <dir>')
    .description('convert every .pt file of a folder to a .safetensors file')
    .exitOverride()
    .requiredOption('--out <dir>', 'folder to write to')
    .option('--model-id <id>', 'the model that made them, such as google/siglip-so400m-patch14-384')
    .option(...json)
    .action(async (folder: string, options: IndexImportFlags) => {
      onEnd(await (await import('./commands/index-import.ts')).indexImport(folder, options));
    });

  group
    .command('parity <dir>')
    .description('embed 20 frames again and compare them with the files of a folder')
    .exitOverride()
    .requiredOption('--frames <dir>', 'folder with one folder of frames per video')
    .requiredOption('--model <dir>', 'folder of the embedding model')
    .option(...json)
    .action(async (folder: string, options: IndexParityFlags) => {
      onEnd(await (await import('./commands/index-parity.ts')).indexParity(folder, options));
    });
  return group;
}

/** As commander hands them over. */
export type IndexImportFlags = {
  readonly out: string;
  readonly modelId?: string;
  readonly json?: boolean;
};

/** As commander hands them over. */
export type IndexParityFlags = {
  readonly frames: string;
  readonly model: string;
  readonly json?: boolean;
};

import { type Command, Option } from 'commander';
import { embeddingDevices, embeddingDtypes } from '../domain/run-spec.ts';
import type { IndexVideosOptions } from './commands/index-videos.ts';
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
  // Without it the program takes an option behind a verb for one of the group's.
  program.enablePositionalOptions();
  const group = program
    .command('index')
    .description(
      'embed the frames of videos or frame folders: one .safetensors per video; or inspect, import, check such files',
    )
    .argument('[source]', 'a video, a folder of videos or of frames, or an address on the web')
    // Options behind a verb of the group belong to that verb.
    .enablePositionalOptions()
    .exitOverride();
  addIndexVideos(group, onEnd);

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

/** `index <source>` itself. */
function addIndexVideos(group: Command, onEnd: OnEnd): void {
  group
    .option('--model <dir>', 'folder of the embedding model (needed)')
    .option('--model-id <id>', "the model's name; default: the folder's")
    .addOption(
      new Option('--device <device>', 'where it runs').choices(embeddingDevices).default('cpu'),
    )
    .addOption(
      new Option('--dtype <dtype>', 'which export of its weights')
        .choices(embeddingDtypes)
        .default('fp32'),
    )
    .option('--per-second <r>', 'frames cut from each second of a video (default: 1)')
    .option('--count <n>', 'frames cut from each video, evenly spaced')
    .option('--times <file>', 'JSON file of {"<video id>": [seconds, ...]}')
    .option('--out <dir>', 'folder for the files', 'embeddings')
    .option('--frames-out <dir>', 'write the cut frames and their times, too')
    .option(...json)
    .action(async (source: string | undefined, options: Partial<IndexVideosOptions>) => {
      onEnd(await (await import('./commands/index-videos.ts')).indexVideos(source, options));
    });
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

import { type Command, Option } from 'commander';
import type { DatasetConvertOptions } from './commands/dataset-convert.ts';
import type { DatasetInspectOptions } from './commands/dataset-inspect.ts';
import type { ExitCode } from './exit-codes.ts';

const json = ['--json', 'print JSON on standard output'] as const;

/** Adds `dataset` with its verbs; their code is loaded only when they run. */
export function addDatasetVerbs(program: Command, onEnd: (exitCode: ExitCode) => void): void {
  const group = program
    .command('dataset')
    .description('what an adapter makes of annotation files; other layouts of them')
    .exitOverride();

  group
    .command('inspect')
    .description('count what stands in annotation files, and every problem; exit code 2 if fatal')
    .exitOverride()
    .requiredOption('--format <format>', 'a name that `dataset formats` lists')
    .requiredOption('--path <path>', 'the annotation file, or the folder of several')
    .option('--videos <dir>', 'folder of the videos: those that are not there are counted')
    .option('--mapping <file>', 'YAML file of what dataset.mapping would say (generic)')
    .option(...json)
    .action(async (options: DatasetInspectOptions) => {
      onEnd(await (await import('./commands/dataset-inspect.ts')).datasetInspect(options));
    });

  group
    .command('formats')
    .description('list the formats and the files that they read')
    .exitOverride()
    .option(...json)
    .action(async (options: { readonly json?: boolean }) => {
      onEnd(await (await import('./commands/dataset-formats.ts')).datasetFormats(options));
    });

  group
    .command('convert')
    .description("write IG-VLM's CSV of open-ended questions as files of questions and answers")
    .exitOverride()
    .addOption(
      new Option('--format <format>', 'layout of the file')
        .choices(['igvlm'])
        .makeOptionMandatory(),
    )
    .requiredOption('--path <file>', 'the CSV file')
    .addOption(
      new Option('--to <layout>', 'layout to write').choices(['qa-pairs']).makeOptionMandatory(),
    )
    .requiredOption('--out <dir>', 'folder to write to')
    .option(...json)
    .action(async (options: DatasetConvertOptions) => {
      onEnd(await (await import('./commands/dataset-convert.ts')).datasetConvert(options));
    });
}

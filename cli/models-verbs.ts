import { type Command, Option } from 'commander';
import { embeddingDtypes } from '../domain/run-spec.ts';
import type { ExitCode } from './exit-codes.ts';

/** Hears how an action of a group ended. */
type OnEnd = (exitCode: ExitCode) => void;

/** Adds `models` with its verbs; their code is loaded only when they run. */
export function addModelsVerbs(program: Command, onEnd: OnEnd): void {
  const models = program
    .command('models')
    .description('fetch and check embedding models')
    .exitOverride();

  models
    .command('pull <repo>')
    .description('fetch a model from the hub: <owner>/<name>, or <owner>/<name>@<revision>')
    .exitOverride()
    .option('--out <dir>', 'folder to put it in (default: models/<repo>)')
    .addOption(
      new Option('--dtype <dtype>', 'number format').choices(embeddingDtypes).default('fp32'),
    )
    .addOption(
      new Option('--towers <towers>', 'what to embed with it')
        .choices(['vision', 'both'])
        .default('both'),
    )
    .option('--json', 'print JSON on standard output')
    .addHelpText('after', environmentHelp)
    .action(async (repo: string, options: PullFlags) => {
      onEnd(await (await import('./commands/models-pull.ts')).modelsPull(repo, options));
    });

  models
    .command('verify <dir>')
    .description('compare the files of a fetched model with what was fetched')
    .exitOverride()
    .option('--json', 'print JSON on standard output')
    .action(async (folder: string, options: { readonly json?: boolean }) => {
      onEnd(await (await import('./commands/models-verify.ts')).modelsVerify(folder, options));
    });
}

/** As commander hands them over, checked against their choices. */
export type PullFlags = {
  readonly out?: string;
  readonly dtype: (typeof embeddingDtypes)[number];
  readonly towers: 'vision' | 'both';
  readonly json?: boolean;
};

const environmentHelp = `
HF_ENDPOINT names another hub, HF_TOKEN opens gated models, HF_HUB_OFFLINE=1 fetches nothing.
A pull that was interrupted goes on where it ended.`;

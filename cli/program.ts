import { Command, CommanderError, Option } from 'commander';
import { expandOriginalFlags } from '../domain/config/original-flags.ts';
import { embeddingDevices } from '../domain/run-spec.ts';
import { exportFormatNames } from '../domain/suites/export-formats.ts';
import { type AddVerb, each } from './add-verb.ts';
import type { ImportOptions } from './commands/import.ts';
import type { PreprocessOptions } from './commands/preprocess.ts';
import type { WorkerOptions } from './commands/worker.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { addConfigVerbs, addOriginalFlags } from './config-verbs.ts';
import { addControlVerbs } from './control-verbs.ts';
import { addDatasetVerbs } from './dataset-verbs.ts';
import { addIndexVerbs } from './index-verbs.ts';
import { addJudgeVerbs } from './judge-verbs.ts';
import { addKeepingVerbs } from './keeping-verbs.ts';
import { addMoneyVerbs } from './money-verbs.ts';
import { addModelsVerbs } from './models-verbs.ts';
import { printData, printNote } from './output.ts';
import { refuseSecrets } from './refuse-secrets.ts';

/**
 * The command line: argv to typed calls, nothing else. Each verb's code is loaded only when it runs.
 *
 * @returns the exit code
 */
export async function runProgram(argv: readonly string[]): Promise<ExitCode> {
  refuseSecrets(argv, process.env);
  let exitCode: ExitCode = exitCodes.done;
  const program = new Command('videoqa')
    .description('Very large video question answering evaluations that run reliably on Temporal.')
    .version('0.3.0')
    .exitOverride()
    .configureOutput({ writeOut: printData, writeErr: printNote })
    .showHelpAfterError()
    .addHelpText('after', exitCodeHelp);

  const verb: AddVerb = (name, description, action) =>
    program
      .command(name)
      .description(description)
      .exitOverride()
      .action(async (...received: unknown[]) => {
        const command = received.at(-1) as Command;
        exitCode = await action(command.args, command.opts());
      });
  addRunVerbs(verb);
  addControlVerbs(verb);
  addReadingVerbs(verb);
  addMoneyVerbs(verb);
  addJudgeVerbs(verb);
  addServerVerbs(verb);
  addKeepingVerbs(program, (code) => (exitCode = code));
  addModelsVerbs(program, (code) => (exitCode = code));
  addConfigVerbs(program, (code) => (exitCode = code));
  addIndexVerbs(program, (code) => (exitCode = code));
  addDatasetVerbs(program, (code) => (exitCode = code));
  try {
    await program.parseAsync(expandOriginalFlags(argv), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
}

const metrics = [
  '--metrics <host:port>',
  'serve Prometheus metrics there (VIDEOQA_METRICS); a port alone is on 127.0.0.1',
] as const;

const json = ['--json', 'print JSON on standard output'] as const;

function addRunVerbs(verb: AddVerb): void {
  verb(
    'demo',
    'run the sample evaluation: five strategies, simulated models, no key',
    async (_, options) => (await import('./commands/demo.ts')).demo(options),
  )
    .option('--videos <n>', 'synthetic videos', '40')
    .option('--fresh', 'start new runs although finished ones are there')
    .option(...json);

  const runVerb = verb(
    'run [config]',
    'start a run or go on with it, and wait',
    async ([config], options) => (await import('./commands/run.ts')).run(config ?? null, options),
  )
    .option('--run <runId>', 'go on with this run; another configuration is refused')
    .option('--fresh', 'a new run although this one is completed')
    .option('--overwrite', "replace another run's result files")
    .option(...metrics)
    .option(...json);
  addOriginalFlags(runVerb);

  verb('retry <run>', 'a new drive over what is not answered', async ([run], options) =>
    (await import('./commands/retry.ts')).retry(run!, options),
  )
    .option('--class <class>', 'only items that failed with this class (repeatable)', each)
    .option('--step <step>', 'only items that failed in this step')
    .option('--items <file>', 'only the item ids in this file, one a line')
    .option(
      '--where <filter>',
      'only items with field=value: category, category.<name>, outcome, class, step, video, item, ' +
        'sample, degraded; several with "and", or repeated',
      each,
    )
    .option('--dry-run', 'say how many items and what they will probably cost; change nothing')
    .option(...json);
}

function addReadingVerbs(verb: AddVerb): void {
  verb(
    'status [run]',
    'counts, rate, time left, spend, failures by class',
    async ([run], options) => (await import('./commands/status.ts')).status(run ?? null, options),
  ).option(...json);
  verb('list', 'all runs of this state folder, newest first', async (_, options) =>
    (await import('./commands/list.ts')).list(options as { limit: string }),
  )
    .option('--limit <n>', 'most runs shown', '50')
    .option(...json);
  verb('watch <run>', 'show a run until it ends; Ctrl-C detaches', async ([run], options) =>
    (await import('./commands/watch.ts')).watch(run!, options),
  ).option(...json);
  verb('show <run> <item>', 'one item in full', async ([run, item], options) =>
    (await import('./commands/show.ts')).show(run!, item!, options),
  )
    .option('--sample <n>', 'which sample', '0')
    .option(...json);
  verb('report <run>', 'metrics with denominators and intervals', async ([run], options) =>
    (await import('./commands/report.ts')).report(run!, options),
  ).option(...json);
  verb('export <run>', 'write result files for others', async ([run], options) =>
    (await import('./commands/export.ts')).exportRun(run!, options),
  )
    .addOption(
      new Option('--format <format>', 'file format')
        .choices(exportFormatNames)
        .makeOptionMandatory(),
    )
    .requiredOption('--out <dir>', 'folder to write to')
    .option('--media', 'with the generated pictures (original)')
    .option('--judge <name>', 'whose judgements, where several judged (pllava, free-video-llm)')
    .option('--overwrite', "replace another run's files")
    .option(...json);
  verb('import <dir>', 'result files of another harness as a run', async ([dir], options) =>
    (await import('./commands/import.ts')).importRun(dir!, options as ImportOptions),
  )
    .addOption(
      new Option('--format <format>', 'whose files they are')
        .choices(['pllava'])
        .makeOptionMandatory(),
    )
    .option('--name <name>', "begins the run's id; default: the folder's name")
    .option('--judge <name>', 'who judged, where the name of a judged file does not say')
    .option(...json);
}

function addServerVerbs(verb: AddVerb): void {
  verb('worker', 'a worker for a cluster', async (_, options) =>
    (await import('./commands/worker.ts')).worker(options as WorkerOptions),
  )
    .addOption(
      new Option('--role <role>', 'what it serves')
        .choices(['all', 'orchestrate', 'io', 'embed'])
        .default('all'),
    )
    .option('--gpus <numbers>', 'one process per NVIDIA GPU: all, or such as 0,1')
    .option(...metrics)
    .addOption(
      new Option('--device <device>', 'where it embeds, whatever a run says').choices(
        embeddingDevices,
      ),
    );
  verb(
    'up',
    'the embedded server, its workers and the Temporal UI in the foreground',
    async (_, options) => (await import('./commands/up.ts')).up(options),
  ).option(...metrics);
  verb('down', 'end the process at work on this state folder, or a left-over server', async () =>
    (await import('./commands/down.ts')).down(),
  );
  verb(
    'doctor',
    'check server, model, queues and keys; each failure names the mending command',
    async (_, options) => (await import('./commands/doctor.ts')).doctor(options),
  )
    .option('--config <file>', 'check what this configuration needs')
    .option(...json);
  verb(
    'preprocess <image>',
    'write the picture that an embedding model sees',
    async ([image], options) =>
      (await import('./commands/preprocess.ts')).preprocess(image!, options as PreprocessOptions),
  )
    .requiredOption('--model <dir>', "the model's folder")
    .requiredOption('--out <file>', 'PNG to write')
    .option(...json);
  addSimulateVerb(verb);
}

function addSimulateVerb(verb: AddVerb): void {
  verb('simulate', 'the simulated provider as a server', async (_, options) =>
    (await import('./commands/simulate.ts')).simulate(options),
  )
    .option('--port <port>', 'port on loopback', '8321')
    .option('--bill <file>', 'where the bill is kept', 'simulated-bill.jsonl')
    .option('--seed <n>', 'seed of replies and faults', '1')
    .option('--latency <ms>', 'time every call takes', '0')
    .option('--fault-rate <0..1>', 'share of calls with a fault', '0')
    .option('--faults <kinds>', 'comma-separated kinds of fault')
    .option('--requests-per-minute <n>', 'more in any 60 seconds are refused with 429');
}

const exitCodeHelp = `
Exit codes: 0 done, 1 internal error, 2 usage or configuration, 3 environment, 4 failures above
failOn, 5 stopped by budget, 6 stopped by a provider (key, quota), 7 damage found, 130 interrupted.
State is kept in .videoqa/ (VIDEOQA_HOME); keys are read from the environment, never from flags.`;

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { ConfigInput } from '../../domain/config/config.ts';
import type { StrategyName } from '../../domain/strategy-spec.ts';
import { type CliProcess, makeHome, startCli } from '../support/e2e-cli.ts';
import { drawDataset, type EvaluationOptions, writeConfig } from '../support/e2e-evaluation.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';
import { listRuns } from '../support/e2e-state.ts';
import { checkInvariants } from './check-invariants.ts';
import type { Violation } from './violation.ts';

/** A state folder, a provider with a bill of its own, and one command that is given again and again. */
export type Scene = {
  readonly home: string;
  /** The configuration of the run. */
  readonly config: string;
  readonly provider: RemoteProvider;
  /** The folder of result files. */
  readonly output: string;
  /** Starts `videoqa run` of this scene, or another command on its state folder. */
  start(command?: readonly string[], environment?: Readonly<Record<string, string>>): CliProcess;
  runId(): Promise<string>;
  check(
    inFlight: readonly (readonly string[])[] | null,
    end?: 'completed' | 'stopped',
  ): Promise<Violation[]>;
  close(): Promise<void>;
};

export type SceneOptions = Pick<
  EvaluationOptions,
  'name' | 'items' | 'itemsInFlight' | 'calls' | 'budgetUsd'
> & {
  readonly strategy?: StrategyName;
  readonly latencyMs?: number;
  /** Videos whose frames are cut by the run itself; else folders of frames. */
  readonly asVideos?: boolean;
};

export async function openScene(options: SceneOptions): Promise<Scene> {
  const { strategy = 'imagined-keyframes', latencyMs = 20, asVideos = false } = options;
  const { home, remove } = await makeHome();
  const folder = dirname(home);
  await mkdir(home, { recursive: true, mode: 0o700 });
  const provider = await startRemoteProvider(folder, latencyMs);
  const output = join(folder, 'output');
  const dataset = await drawDataset(options.items);
  const config = await writeConfig(join(folder, 'run.yaml'), {
    ...options,
    strategy,
    dataset,
    output,
    providerUrl: provider.url,
    // Failed items are no reason to end with 4 here: the checker counts them.
    failOn: 1,
  });
  if (asVideos) await takeVideos(config, await encodeVideos(dataset));
  const runId = async (): Promise<string> => {
    const [run] = await listRuns(home);
    if (run === undefined) throw new Error('the run was never written down');
    return run.runId;
  };
  return {
    home,
    config,
    provider,
    output,
    start: (command = ['run', config, '--json'], environment = {}) =>
      startCli(command, { home, environment }),
    runId,
    check: async (inFlight, end = 'completed') =>
      checkInvariants({
        home,
        end,
        output,
        inFlight,
        runId: await runId(),
        entries: await provider.entries(),
      }),
    async close() {
      await remove();
      await provider.close();
    },
  };
}

/** Makes a video of every folder of drawn frames, once a machine; returns their folder. */
async function encodeVideos(dataset: string): Promise<string> {
  const folder = `${dataset}-videos`;
  await mkdir(folder, { recursive: true });
  for (const key of await readdir(join(dataset, 'frames'))) {
    const video = join(folder, `${key}.mp4`);
    if (existsSync(video)) continue;
    const frames = join(dataset, 'frames', key, 'frame_%d.jpg');
    // Stories that run beside each other want the same: it appears whole or not at all.
    const draft = `${folder}.${key}.${randomUUID()}.mp4`;
    await execa('ffmpeg', ['-v', 'error', '-y', '-framerate', '1', '-i', frames, draft]);
    await rename(draft, video);
  }
  return folder;
}

async function takeVideos(configFile: string, videos: string): Promise<void> {
  const config = JSON.parse(await readFile(configFile, 'utf8')) as ConfigInput;
  const { frames: _, frameTime: __, ...dataset } = config.dataset;
  const changed = { ...config, dataset: { ...dataset, videos, extract: { count: 12 } } };
  await writeFile(configFile, JSON.stringify(changed, null, 2));
}

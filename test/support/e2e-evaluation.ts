import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConfigInput } from '../../domain/config/config.ts';
import type { StrategyName } from '../../domain/strategy-spec.ts';
import { generateDataset } from '../../simulator/world/generate-dataset.ts';

const tinyModel = fileURLToPath(new URL('../../simulator/model/tiny-siglip', import.meta.url));

/** A synthetic dataset with at least this many questions; drawn once for all tests of a machine. */
export async function drawDataset(items: number): Promise<string> {
  // Drawing a video takes about 0.3 s: large sets ask more about each.
  const questionsPerVideo = items > 1000 ? 10 : 5;
  const videos = Math.ceil(items / questionsPerVideo);
  const directory = join(tmpdir(), `videoqa-e2e-dataset-${videos}x${questionsPerVideo}`);
  await generateDataset({ directory, videos, questionsPerVideo });
  return directory;
}

export type EvaluationOptions = {
  readonly name: string;
  readonly dataset: string;
  readonly items: number;
  readonly providerUrl: string;
  readonly strategy: StrategyName;
  readonly itemsInFlight?: number;
  readonly apiKeyEnv?: string | null;
  readonly failOn?: number;
  readonly budgetUsd?: number;
  /** Laid over every paid model: deadlines, attempts, calls at once, seed, the cap of the account. */
  readonly calls?: {
    readonly timeoutS?: number;
    readonly maxAttempts?: number;
    readonly concurrency?: number;
    readonly seed?: number;
    readonly budgetUsd?: number;
  };
  readonly onContextLength?: 'fail' | 'fewer-frames';
  readonly temperature?: number;
  readonly output?: string;
};

/** Writes a configuration against the simulated provider. JSON is YAML. */
export async function writeConfig(file: string, options: EvaluationOptions): Promise<string> {
  const { dataset, strategy, providerUrl, apiKeyEnv = null, calls = {} } = options;
  const model = {
    provider: 'simulated',
    baseUrl: `${providerUrl}/v1`,
    identity: 'simulated',
    apiKeyEnv,
    ...calls,
  } as const;
  const imagines = strategy !== 'uniform';
  const config: ConfigInput = {
    name: options.name,
    dataset: {
      name: 'synthetic-events',
      format: 'lvbench',
      path: join(dataset, 'video_info.meta.jsonl'),
      frames: join(dataset, 'frames'),
      frameTime: { perSecond: 1 },
      limit: options.items,
    },
    models: {
      answer: {
        ...model,
        model: 'simulated-vlm',
        price: { inputPerM: 0.4, outputPerM: 1.2 },
        ...(options.temperature !== undefined && { temperature: options.temperature }),
      },
      ...(imagines && {
        image: { ...model, model: 'simulated-image', price: { image: 0.03 } },
        embedding: { model: 'durable-videoqa/tiny-siglip', path: tinyModel, device: 'cpu' },
      }),
    },
    strategy: {
      name: strategy,
      answerFrames: 8,
      maxImageRequests: 2,
      ...(options.onContextLength !== undefined && { onContextLength: options.onContextLength }),
    },
    run: {
      itemsInFlight: options.itemsInFlight ?? 16,
      failOn: options.failOn ?? 0.05,
      ...(options.budgetUsd !== undefined && { budgetUsd: options.budgetUsd }),
    },
    ...(options.output !== undefined && { output: options.output }),
  };
  await writeFile(file, JSON.stringify(config, null, 2));
  return file;
}

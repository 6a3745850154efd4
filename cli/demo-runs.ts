import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config, ConfigInput } from '../domain/config/config.ts';
import { configSchema } from '../domain/config/config.ts';
import { strategyNames } from '../domain/strategy-spec.ts';

/** The tiny embedding model that comes with the package. */
const tinyModelFolder = fileURLToPath(
  new URL(packagePath('simulator/model/tiny-siglip'), import.meta.url),
);

/** Compiled files stand one folder deeper than their sources. */
function packagePath(path: string): string {
  return `${import.meta.url.endsWith('.ts') ? '..' : '../..'}/${path}`;
}

/**
 * The demo's five runs over one synthetic data set: uniform sampling, a search with the question's
 * words, imagined key frames, and the control that searches with the unedited reference frame, which
 * all show the answer call 8 frames; and `blind`, which shows none.
 */
export function demoConfigs(datasetFolder: string, simulatedBaseUrl: string): Config[] {
  const model = {
    provider: 'simulated',
    baseUrl: simulatedBaseUrl,
    identity: 'simulated',
    apiKeyEnv: null,
  } as const;
  return strategyNames.map((name) => {
    const config: ConfigInput = {
      name: `demo-${name}`,
      dataset: {
        name: 'synthetic-events',
        format: 'lvbench',
        path: join(datasetFolder, 'video_info.meta.jsonl'),
        frames: join(datasetFolder, 'frames'),
        frameTime: { perSecond: 1 },
      },
      models: {
        answer: { ...model, model: 'simulated-vlm', price: { inputPerM: 0.4, outputPerM: 1.2 } },
        image: { ...model, model: 'simulated-image', price: { image: 0.03 } },
        embedding: { model: 'durable-videoqa/tiny-siglip', path: tinyModelFolder, device: 'cpu' },
      },
      strategy: { name, answerFrames: 8 },
    };
    return configSchema.parse(config);
  });
}

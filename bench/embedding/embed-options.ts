import { parseArgs } from 'node:util';
import { type EmbeddingDevice, embeddingDevices } from '../../domain/run-spec.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';

export const embedUsage = `npm run bench:embed -- [options]

Embeds JPEG pictures of 1280x720 and says how fast, beside PyTorch and ONNX Runtime's Python.

  --model <dir>           a model folder; again for more (the tiny model of this repository)
  --python <path>         a Python with torch, transformers, onnxruntime; without it: "not measured"
  --images <n>            pictures per engine over all rounds (3000 where one takes < 20 ms, else 12)
  --rounds <n>            turns that each engine takes; the fastest counts (12)
  --memory-images <n>     pictures while memory is watched (10000 or 100); 0 leaves it out
  --device <device>       ${embeddingDevices.join(', ')} (cpu)
  --peak-tflops <n>       the device's limit, to tell the share of it that is used
  --json                  one JSON document instead of a table

A so400m-384 shape with random weights (1.7 GB):
  python bench/embedding/make_model.py --shape so400m --out <dir>`;

/** What the command line asks for; null = not given. */
export type EmbedRequest = {
  readonly models: readonly string[];
  readonly python: string | null;
  readonly images: number | null;
  readonly rounds: number;
  readonly memoryImages: number | null;
  readonly device: EmbeddingDevice;
  readonly peakTflops: number | null;
  readonly json: boolean;
};

/** @throws {UsageError | TypeError} naming what is wrong with the arguments */
export function parseEmbedRequest(args: readonly string[]): EmbedRequest {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string', multiple: true, default: ['simulator/model/tiny-siglip'] },
      python: { type: 'string' },
      images: { type: 'string' },
      rounds: { type: 'string', default: '12' },
      'memory-images': { type: 'string' },
      device: { type: 'string', default: 'cpu' },
      'peak-tflops': { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new UsageError(embedUsage);
  const device = embeddingDevices.find((known) => known === values.device);
  if (device === undefined) {
    throw new UsageError(`--device is ${values.device}; it takes ${embeddingDevices.join(', ')}`);
  }
  return {
    models: values.model,
    python: values.python ?? null,
    images: numberOf('--images', values.images, 3),
    rounds: numberOf('--rounds', values.rounds, 1)!,
    memoryImages: numberOf('--memory-images', values['memory-images'], 0),
    device,
    peakTflops: numberOf('--peak-tflops', values['peak-tflops'], 1),
    json: values.json,
  };
}

function numberOf(name: string, text: string | undefined, least: number): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new UsageError(`${name} is ${text}; it takes a whole number from ${least}`);
}

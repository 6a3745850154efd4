import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { gflopPerPicture } from '../../bench/embedding/embed-arithmetic.ts';
import type { EmbedMeasurement } from '../../bench/embedding/embed-measure.ts';
import { parseEmbedRequest } from '../../bench/embedding/embed-options.ts';
import { embedTargets, formatMeasurement } from '../../bench/embedding/embed-report.ts';

describe('the embedding benchmark', () => {
  it('counts 671 GFLOP for a picture of so400m-384', async () => {
    const model = await folderWith({
      hidden_size: 1152,
      intermediate_size: 4304,
      num_hidden_layers: 27,
      image_size: 384,
      patch_size: 14,
    });

    expect(await gflopPerPicture(model)).toBeCloseTo(670.5, 0);
    expect(await gflopPerPicture(await folderWith(undefined))).toBeNull();
  });

  it('compares the fastest rounds, which load on the machine slowed least', () => {
    const rounds = {
      device: [1, 10, 4],
      torch: [2, 4, 5],
      onnxruntime: [],
      npmPackage: [],
      wholePath: [9, 1, 4],
    };

    const ratios = embedTargets(measured({ rounds })).map(({ ratio }) => ratio);

    expect(ratios).toEqual([2, null, null, 0.9]);
  });

  it('says what was not measured, and what does not hold', () => {
    const rounds = {
      device: [10, 10, 10],
      torch: [],
      onnxruntime: [],
      npmPackage: [],
      wholePath: [5, 5, 5],
    };

    const text = formatMeasurement(measured({ rounds }), 671, null);

    expect(text).toMatch(/device \/ eager PyTorch: not measured/);
    expect(text).toMatch(/whole path \/ device: 0\.500 \(DOES NOT HOLD/);
    expect(text).toMatch(/share of the limit: not measured/);
    expect(formatMeasurement(measured({ rounds }), 671, 67.1)).toMatch(/10\.0 % of 67\.1 TFLOP/);
  });

  it.each([
    [['--device', 'tpu'], /--device is tpu/],
    [['--images', '2'], /--images is 2; it takes a whole number from 3/],
    [['--rounds', '0'], /--rounds is 0; it takes a whole number from 1/],
    [['--help'], /--peak-tflops/],
  ])('refuses %j with the reason', (args, message) => {
    expect(() => parseEmbedRequest(args)).toThrow(message);
  });
});

async function folderWith(visionConfig: object | undefined): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-model-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'config.json'), JSON.stringify({ vision_config: visionConfig }));
  return folder;
}

function measured(change: Pick<EmbedMeasurement, 'rounds'>): EmbedMeasurement {
  return {
    model: 'models/any',
    selfTest: {
      cosine: 1,
      device: 'cpu',
      provider: 'CPUExecutionProvider',
      nodes: 9,
      elapsedMs: 1,
      reference: 'known',
    },
    loadBefore: 0,
    imagesPerRound: 1,
    cosines: { torch: null, onnxruntime: null },
    preparedPerCoreSecond: 100,
    loopGapsMs: { p99: 1, max: 2 },
    memory: null,
    metrics: {
      elapsedMs: 1,
      pictures: 0,
      batches: 0,
      meanBatchSize: null,
      queueWaitMs: null,
      decodeWaitMs: 0,
      deviceBusyMs: 0,
      deviceBusyShare: 0,
      overloads: 0,
      memoryHalvings: 0,
    },
    python: null,
    ...change,
  };
}

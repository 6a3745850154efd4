import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Arithmetic of one picture in a SigLIP vision tower, in GFLOP: two operations per multiplication of
 * its matrices (patches, projections, attention, perceptrons, and the keys and values of the pooling
 * head). 671 for so400m-384.
 *
 * @returns null when config.json does not tell the shape
 */
export async function gflopPerPicture(model: string): Promise<number | null> {
  const config = JSON.parse(await readFile(join(model, 'config.json'), 'utf8')) as {
    readonly vision_config?: Readonly<Record<string, unknown>>;
  };
  const size = (name: string): number => Number(config.vision_config?.[name]);
  const width = size('hidden_size');
  const patch = size('patch_size');
  const tokens = Math.floor(size('image_size') / patch) ** 2;
  const layer = 4 * width ** 2 + 2 * width * size('intermediate_size') + 2 * tokens * width;
  const perToken = size('num_hidden_layers') * layer + 3 * patch ** 2 * width + 2 * width ** 2;
  const gflop = (2 * tokens * perToken) / 1e9;
  return Number.isFinite(gflop) ? gflop : null;
}

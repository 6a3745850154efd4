import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbedder } from '../../../adapters/embedding/embedder.ts';
import { readModelFolder } from '../../../adapters/embedding/model-folder.ts';
import { EnvironmentError } from '../../../domain/usage-error.ts';
import { modelFolder } from './pictures.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-folder-'));
  await cp(modelFolder('plain'), folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

describe('readModelFolder', () => {
  it.each(['config.json', 'preprocessor_config.json', 'onnx/vision_model.onnx'])(
    'names the missing %s and says what to do',
    async (file) => {
      await rm(join(folder, file));

      const reading = readModelFolder(folder);

      await expect(reading).rejects.toBeInstanceOf(EnvironmentError);
      await expect(reading).rejects.toThrow(`no readable ${file}`);
      await expect(reading).rejects.toThrow('set models.embedding.path');
    },
  );

  it('names a folder that does not exist', async () => {
    await expect(readModelFolder(join(folder, 'none'))).rejects.toThrow(/none has no readable/);
  });

  it.each([
    ['lanczos', { resample: 1 }, /resample 1; only 2 \(bilinear\) and 3 \(bicubic\)/],
    ['cropping', { do_center_crop: true }, /do_center_crop/],
    ['a size by its shortest edge', { size: { shortest_edge: 32 } }, /size/],
    ['no size', { size: undefined }, /size/],
    ['a deviation of zero', { image_std: [0, 1, 1] }, /image_std/],
    ['another size than the model', { size: { height: 64, width: 64 } }, /64x64.*32x32/],
  ])('refuses %s', async (_, change, message) => {
    await changePreprocessor(change);

    const reading = readModelFolder(folder);

    await expect(reading).rejects.toBeInstanceOf(EnvironmentError);
    await expect(reading).rejects.toThrow(message);
  });

  it('refuses a preprocessor file that is not JSON', async () => {
    await writeFile(join(folder, 'preprocessor_config.json'), '<html>');

    await expect(readModelFolder(folder)).rejects.toThrow(/preprocessor_config\.json.*is not JSON/);
  });

  it('hashes the external data together with the model', async () => {
    const { modelHash } = await readModelFolder(folder);
    await writeFile(join(folder, 'onnx/vision_model.onnx_data'), 'weights');

    expect((await readModelFolder(folder)).modelHash).not.toBe(modelHash);
  });

  it('does not scale or shift where the folder says so', async () => {
    await changePreprocessor({ do_rescale: false, do_normalize: false });

    const { recipe } = await readModelFolder(folder);

    expect(recipe).toMatchObject({
      rescaleFactor: 1,
      mean: [0, 0, 0],
      standardDeviation: [1, 1, 1],
    });
  });
});

describe('openEmbedder', () => {
  it('refuses a damaged model and ends its thread', async () => {
    const path = join(folder, 'onnx/vision_model.onnx');
    await writeFile(path, (await readFile(path)).subarray(0, 5000));

    const opening = openEmbedder({ modelId: 'test/damaged', path: folder, device: 'cpu' });

    await expect(opening).rejects.toBeInstanceOf(EnvironmentError);
    await expect(opening).rejects.toThrow(/cannot be loaded/);
  });
});

async function changePreprocessor(change: object): Promise<void> {
  const path = join(folder, 'preprocessor_config.json');
  const preprocessor = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...preprocessor, ...change }));
}

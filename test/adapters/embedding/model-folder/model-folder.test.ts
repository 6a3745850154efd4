import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbedder } from '../../../../adapters/embedding/embedder.ts';
import { readModelFolder } from '../../../../adapters/embedding/model-folder/model-folder.ts';
import { EnvironmentError } from '../../../../domain/errors/usage-error.ts';
import { copyModelFolder } from '../pictures.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'model-folder-'));
  await copyModelFolder('plain', folder);
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
    [
      'a size by its shortest edge without cropping',
      { size: { shortest_edge: 32 } },
      /differ in size/,
    ],
    ['a crop larger than the picture', { do_center_crop: true, size: 24, crop_size: 32 }, /larger/],
    [
      'a crop of a squashed picture',
      { do_center_crop: true, size: square(40), crop_size: 32 },
      /cuts/,
    ],
    ['NaFlex', { image_processor_type: 'Siglip2ImageProcessor', max_num_patches: 256 }, /NaFlex/],
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

  it('hashes the files of the number format that is asked for, and no others', async () => {
    const { modelHash } = await readModelFolder(folder);
    await cp(join(folder, 'onnx/vision_model.onnx'), join(folder, 'onnx/vision_model_fp16.onnx'));
    await writeFile(join(folder, 'onnx/vision_model_fp16.onnx_data'), 'weights');

    const half = await readModelFolder(folder, { dtype: 'fp16' });

    expect(half).toMatchObject({
      dtype: 'fp16',
      modelPath: join(folder, 'onnx/vision_model_fp16.onnx'),
    });
    expect(half.modelHash).not.toBe(modelHash);
    expect((await readModelFolder(folder)).modelHash).toBe(modelHash);
  });

  it('names the number formats that are there in the place of the one asked for', async () => {
    await expect(readModelFolder(folder, { dtype: 'q8' })).rejects.toThrow(
      /no onnx\/vision_model_quantized\.onnx.*set models\.embedding\.dtype to fp32/,
    );
  });

  it('explains why an export with both towers in one file is refused', async () => {
    await rename(join(folder, 'onnx/vision_model.onnx'), join(folder, 'onnx/model.onnx'));

    await expect(readModelFolder(folder)).rejects.toThrow(/both towers in one file/);
  });

  it.each([
    ['siglip', { model_type: 'siglip' }, {}, 'siglip', 64],
    ['a vision tower alone', { model_type: 'siglip_vision_model' }, {}, 'siglip', 64],
    ['a vocabulary of Gemma', { text_config: { vocab_size: 256_000 } }, {}, 'siglip2', 64],
    ['a tokenizer of Gemma', {}, { tokenizer_class: 'GemmaTokenizer' }, 'siglip2', 64],
    ['a tokenizer of SigLIP 2', {}, { tokenizer_class: 'Siglip2Tokenizer' }, 'siglip2', 64],
    ['siglip2', { model_type: 'siglip2' }, {}, 'siglip2', 64],
    ['clip', { model_type: 'clip' }, {}, 'clip', 77],
    ['an own length', { text_config: { max_position_embeddings: 16 } }, {}, 'siglip', 16],
  ])('tells the family and text length by %s', async (_, config, tokenizer, family, textLength) => {
    await changeJson('config.json', config);
    await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(tokenizer));

    expect(await readModelFolder(folder)).toMatchObject({ family, textLength });
  });

  it('refuses a model of another family and names those that it knows', async () => {
    await changeJson('config.json', { model_type: 'blip' });

    await expect(readModelFolder(folder)).rejects.toThrow(/blip; supported are siglip, siglip2/);
  });

  it('takes no vector from before the projection of a CLIP model', async () => {
    await changeJson('config.json', { model_type: 'clip' });

    expect((await readModelFolder(folder)).outputNames).toEqual(['image_embeds']);
  });

  it.each([
    ['as numbers', { size: 40, crop_size: 32 }, 40],
    ['as objects', { size: { shortest_edge: 32 }, crop_size: square(32) }, 32],
  ])('reads the shortest edge and the crop %s', async (_, change, edge) => {
    await changePreprocessor({ do_center_crop: true, ...change });

    const { recipe } = await readModelFolder(folder);

    expect(recipe).toMatchObject({
      width: 32,
      height: 32,
      fit: { kind: 'shortest-edge', edge },
    });
  });

  it('squashes to a size that is one number', async () => {
    await changePreprocessor({ size: 32 });

    const { recipe } = await readModelFolder(folder);

    expect(recipe).toMatchObject({ width: 32, height: 32, fit: { kind: 'squash' } });
  });

  it('tells the revision that the files were fetched at, and whether there is a text tower', async () => {
    const before = await readModelFolder(folder);
    const revision = 'c0ffee'.padEnd(40, '0');
    await writeFile(
      join(folder, 'videoqa-model.json'),
      JSON.stringify({ repo: 'test/plain', revision, files: {} }),
    );
    await writeFile(join(folder, 'onnx/text_model.onnx'), 'a text tower');

    const after = await readModelFolder(folder);

    expect(before).toMatchObject({ revision: null, textModelPath: null });
    expect(after).toMatchObject({ revision, textModelPath: join(folder, 'onnx/text_model.onnx') });
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

function changePreprocessor(change: object): Promise<void> {
  return changeJson('preprocessor_config.json', change);
}

async function changeJson(file: string, change: object): Promise<void> {
  const path = join(folder, file);
  const value = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...value, ...change }));
}

function square(side: number) {
  return { width: side, height: side };
}

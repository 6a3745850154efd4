import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTextTower } from '../../../../adapters/embedding/text/text-tower.ts';
import { EnvironmentError } from '../../../../domain/errors/usage-error.ts';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'text-tower-'));
});
afterEach(() => rm(path, { recursive: true }));

describe('openTextTower', () => {
  it.each(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/text_model.onnx'])(
    'names the missing %s and says what to do',
    async (file) => {
      await copyModel('siglip');
      await rm(join(path, file));

      const opening = openTower();

      await expect(opening).rejects.toBeInstanceOf(EnvironmentError);
      await expect(opening).rejects.toThrow(`no readable ${file}`);
      await expect(opening).rejects.toThrow('videoqa models pull');
    },
  );

  it('names the number formats that are there instead', async () => {
    await copyModel('siglip');
    await rename(join(path, 'onnx/text_model.onnx'), join(path, 'onnx/text_model_fp16.onnx'));

    await expect(openTower()).rejects.toThrow(/no onnx\/text_model\.onnx.*dtype to fp16/);
  });

  it('loads the file of the number format that is asked for', async () => {
    await copyModel('siglip');
    await rename(join(path, 'onnx/text_model.onnx'), join(path, 'onnx/text_model_quantized.onnx'));

    const tower = await openTextTower({ path, device: 'cpu', dtype: 'q8' });

    expect(tower.dimension).toBe(16);
    await tower.close();
  });

  it('refuses a tokenizer without a token to pad with', async () => {
    await copyModel('siglip');
    await changeJson('tokenizer_config.json', { pad_token: undefined, eos_token: undefined });

    await expect(openTower()).rejects.toThrow(/tokenizer_config\.json.*pad_token/);
  });

  it('refuses a tokenizer file of another kind', async () => {
    await copyModel('siglip');
    await writeFile(join(path, 'tokenizer.json'), '{"model": {"type": "Abacus"}}');

    await expect(openTower()).rejects.toThrow(/tokenizer\.json cannot be used/);
  });

  it('refuses a model that does not embed texts', async () => {
    await copyModel('clip');
    await rename(join(path, 'onnx/vision_model.onnx'), join(path, 'onnx/text_model.onnx'));

    await expect(openTower()).rejects.toThrow(/text_model\.onnx cannot be loaded.*pixel_values/);
  });

  it('refuses a model of another text length than its file', async () => {
    await copyModel('siglip2');
    await changeJson('config.json', { text_config: { max_position_embeddings: 24 } });

    await expect(openTower()).rejects.toThrow(/text_model\.onnx cannot be loaded/);
  });

  it('pads on the left where the tokenizer says so', async () => {
    await copyModel('siglip2');
    const padded = await embedOne('a red star');
    await changeJson('tokenizer_config.json', { padding_side: 'left' });

    const paddedLeft = await embedOne('a red star');

    expect(paddedLeft).not.toEqual(padded);
  });

  it('shows a SigLIP export that wants a mask all tokens, padding too', async () => {
    await copyModel('siglip');
    await cp(fixture('masked.onnx'), join(path, 'onnx/text_model.onnx'));

    const [shareShown, one] = await embedOne('a red star');

    expect(shareShown! / one!).toBe(1);
  });

  it('hides the padding from a CLIP export that wants a mask', async () => {
    await copyModel('clip');
    await cp(fixture('masked.onnx'), join(path, 'onnx/text_model.onnx'));

    const [shareShown, one] = await embedOne('a red star');

    expect(shareShown! / one!).toBeCloseTo((1 + 3 + 1) / 77, 5);
  });

  it('gives a text the same vector whatever is embedded with it', async () => {
    await copyModel('siglip');
    const alone = await embedOne('a blue ring');
    const tower = await openTower();

    const { vectors } = await tower.embed(['a red star', 'a blue ring', 'a blue ring']);

    expect(vectors.subarray(16, 32)).toEqual(alone);
    expect(vectors.subarray(32)).toEqual(alone);
    await tower.close();
  });
});

function openTower() {
  return openTextTower({ path, device: 'cpu', dtype: 'fp32' });
}

async function embedOne(text: string): Promise<Float32Array> {
  const tower = await openTower();
  try {
    return (await tower.embed([text])).vectors;
  } finally {
    await tower.close();
  }
}

async function copyModel(name: 'siglip' | 'siglip2' | 'clip'): Promise<void> {
  await cp(fixture(name), path, { recursive: true });
}

function fixture(name: string): string {
  return fileURLToPath(new URL(`../../../fixtures/text-tower/${name}`, import.meta.url));
}

async function changeJson(file: string, change: object): Promise<void> {
  const value = JSON.parse(await readFile(join(path, file), 'utf8')) as object;
  await writeFile(join(path, file), JSON.stringify({ ...value, ...change }));
}

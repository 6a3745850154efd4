import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbedder } from '../../../../adapters/embedding/embedder.ts';
import type { SelfTestReport } from '../../../../adapters/embedding/self-test/self-test.ts';
import type { EmbeddingDtype } from '../../../../domain/run-spec.ts';
import { EnvironmentError } from '../../../../domain/errors/usage-error.ts';
import { copyModelFolder, modelFolder } from '../pictures.ts';

let home: string;
let path: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'self-test-'));
  path = join(home, 'model');
  await copyModel('plain');
});
afterEach(() => rm(home, { recursive: true }));

describe('the self-test of an embedder', () => {
  it('makes the reference at the first load and compares at the second', async () => {
    const first = await selfTest();
    const second = await selfTest();

    expect(first).toMatchObject({ reference: 'made', device: 'cpu' });
    expect(second).toMatchObject({ reference: 'known', provider: 'CPUExecutionProvider' });
    expect(second.cosine).toBeCloseTo(1, 5);
    expect(second.nodes).toBeGreaterThan(3);
  });

  it('refuses a model that no longer gives what it gave, and tells the cosine', async () => {
    await selfTest();
    await changeReference((vector) => vector.map((value, at) => (at < 4 ? -value : value)));

    const opening = selfTest();

    await expect(opening).rejects.toBeInstanceOf(EnvironmentError);
    await expect(opening).rejects.toThrow(/failed its self-test: cosine -?0\.\d{4} .* 0\.999/);
  });

  it('refuses a model that gives NaN, and keeps no reference of it', async () => {
    await copyModel('never-finite');

    await expect(selfTest()).rejects.toThrow(/cosine NaN/);

    expect(await readdir(path)).not.toContain('.videoqa');
  });

  it('compares a quantised file to the 32-bit one beside it', async () => {
    await copyWeights('plain', 'vision_model_quantized.onnx');

    expect(await selfTest({ dtype: 'q8' })).toMatchObject({ reference: 'made' });
    expect(await selfTest()).toMatchObject({ reference: 'known' });
  });

  it('refuses a quantised file with other weights', async () => {
    await copyWeights('not-finite', 'vision_model_quantized.onnx');

    await expect(selfTest({ dtype: 'q8' })).rejects.toThrow(/\(q8 on cpu\) failed its self-test/);
  });

  it('refuses a quantised file when nothing tells whether it is right', async () => {
    await copyWeights('plain', 'vision_model_quantized.onnx');
    await rm(join(path, 'onnx/vision_model.onnx'));

    await expect(selfTest({ dtype: 'q8' })).rejects.toThrow(/models pull <repo> --dtype fp32/);
  });

  it('takes the kept reference when the 32-bit file is gone', async () => {
    await selfTest();
    await copyWeights('plain', 'vision_model_quantized.onnx');
    await rm(join(path, 'onnx/vision_model.onnx'));

    expect(await selfTest({ dtype: 'q8' })).toMatchObject({ reference: 'known' });
  });

  it('keeps the reference in the cache folder when the model folder cannot be written', async () => {
    await writeFile(join(path, '.videoqa'), 'a file where the folder would be');
    const cacheFolder = join(home, 'cache');

    expect(await selfTest({ cacheFolder })).toMatchObject({ reference: 'made' });
    expect(await selfTest({ cacheFolder })).toMatchObject({ reference: 'known' });
  });

  it('makes a damaged reference anew', async () => {
    await selfTest();
    await writeFile(await referencePath(), '{"vector": [');

    expect(await selfTest()).toMatchObject({ reference: 'made' });
    expect(await selfTest()).toMatchObject({ reference: 'known' });
  });
});

async function selfTest(
  options: { dtype?: EmbeddingDtype; cacheFolder?: string } = {},
): Promise<SelfTestReport> {
  const embedder = await openEmbedder({ modelId: 'test/model', path, device: 'cpu', ...options });
  await embedder.close();
  return embedder.selfTest;
}

async function copyModel(name: 'plain' | 'never-finite'): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await copyModelFolder(name, path);
}

function copyWeights(from: 'plain' | 'not-finite', name: string): Promise<void> {
  return cp(join(modelFolder(from), 'onnx/vision_model.onnx'), join(path, 'onnx', name));
}

async function referencePath(): Promise<string> {
  const [name] = await readdir(join(path, '.videoqa'));
  return join(path, '.videoqa', name!);
}

async function changeReference(change: (vector: number[]) => number[]): Promise<void> {
  const file = await referencePath();
  const reference = JSON.parse(await readFile(file, 'utf8')) as { vector: number[] };
  await writeFile(file, JSON.stringify({ ...reference, vector: change(reference.vector) }));
}

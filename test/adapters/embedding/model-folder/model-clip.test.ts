import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openEmbedder } from '../../../../adapters/embedding/embedder.ts';

const folder = new URL('../../../fixtures/text-tower/clip/', import.meta.url);

describe('a CLIP model', () => {
  it('embeds a picture, resized by its shortest edge and cropped, as Python does', async () => {
    const { vector } = await readJson<{ vector: readonly number[] }>('expected-picture.json');
    const embedder = await openEmbedder({
      modelId: 'test/clip',
      path: fileURLToPath(folder),
      device: 'cpu',
    });

    const { vectors } = await embedder.embed([await readFile(new URL('picture.png', folder))]);

    expect(vectors).toHaveLength(vector.length);
    expect(vector.reduce((sum, value, at) => sum + value * vectors[at]!, 0)).toBeGreaterThan(
      0.999_99,
    );
    await embedder.close();
  });
});

async function readJson<Value>(file: string): Promise<Value> {
  return JSON.parse(await readFile(new URL(file, folder), 'utf8')) as Value;
}

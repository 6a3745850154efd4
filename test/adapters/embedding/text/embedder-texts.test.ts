import { describe, expect, it } from 'vitest';
import { createEmbedderTexts } from '../../../../adapters/embedding/text/embedder-texts.ts';
import type { TextTower } from '../../../../adapters/embedding/text/text-tower.ts';

describe('the texts of an embedder', () => {
  it('load the tower at the first text, once', async () => {
    let loads = 0;
    const texts = createEmbedderTexts(async () => {
      loads += 1;
      return tower(2);
    }, 2);

    await texts.embed([], undefined);
    expect(loads).toBe(0);
    const answers = await Promise.all([
      texts.embed(['a'], undefined),
      texts.embed(['a', 'b'], undefined),
    ]);

    expect(loads).toBe(1);
    expect(answers.map(({ truncated }) => truncated.length)).toEqual([1, 2]);
  });

  it('refuse a tower of another dimension than the pictures, and release it', async () => {
    let closed = false;
    const open = async (): Promise<TextTower> => ({
      ...tower(3),
      close: async () => {
        closed = true;
      },
    });

    const embedding = createEmbedderTexts(open, 2).embed(['a'], undefined);

    await expect(embedding).rejects.toThrow(/3 values a text, the vision model 2/);
    expect(closed).toBe(true);
  });

  it('try to load again after a failure', async () => {
    let loads = 0;
    const texts = createEmbedderTexts(async () => {
      loads += 1;
      if (loads === 1) throw new Error('the file is missing');
      return tower(2);
    }, 2);

    await expect(texts.embed(['a'], undefined)).rejects.toThrow('the file is missing');

    expect((await texts.embed(['a'], undefined)).vectors).toHaveLength(2);
  });

  it('throw the reason of an aborted signal without waiting for the model', async () => {
    const never = { ...tower(2), embed: () => new Promise<never>(() => {}) };
    const controller = new AbortController();
    const embedding = createEmbedderTexts(async () => never, 2).embed(['a'], controller.signal);

    controller.abort('no longer needed');

    await expect(embedding).rejects.toBe('no longer needed');
  });
});

/** Gives each text the same vector. */
function tower(dimension: number): TextTower {
  return {
    dimension,
    textModelHash: '0'.repeat(64),
    embed: async (texts) => ({
      vectors: new Float32Array(texts.length * dimension),
      truncated: texts.map(() => false),
    }),
    close: async () => {},
  };
}

import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  measureRetrieval,
  seenRate,
  type RetrievalResult,
} from '../../../simulator/training/measure-retrieval.ts';
import { loadTinyVision } from '../../../simulator/training/tiny-vision.ts';

const modelFolder = path.resolve(import.meta.dirname, '../../../simulator/model/tiny-siglip');

describe('the committed tiny SigLIP', () => {
  let results: RetrievalResult[] = [];

  beforeAll(async () => {
    const embed = await loadTinyVision(path.join(modelFolder, 'onnx/vision_model.onnx'));
    results = await measureRetrieval({ embed, videos: 4, questionsPerVideo: 6, seed: 'test' });
  });

  it('finds the event with imagined pictures', () => {
    expect(seenRate(results, 'imagined')).toBeGreaterThanOrEqual(0.85);
  });

  it('finds it no better than uniform frames with the unedited reference frame', () => {
    expect(seenRate(results, 'control')).toBeLessThanOrEqual(seenRate(results, 'uniform') + 0.05);
  });

  it('leaves uniform frames blind to most events', () => {
    expect(seenRate(results, 'uniform')).toBeLessThan(0.4);
  });

  it('is the model that the card describes, and small', async () => {
    const card = await readFile(path.join(modelFolder, 'MODEL_CARD.md'), 'utf8');
    // What is loaded from there leaves its references, also while this test looks.
    const names = (await readdir(modelFolder, { recursive: true })).filter(
      (name) => !name.startsWith('.videoqa'),
    );
    let bytes = 0;
    for (const name of names) {
      const file = path.join(modelFolder, name);
      const { size } = await stat(file);
      bytes += size;
      if (!name.endsWith('.onnx')) continue;
      expect(card).toContain(
        createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
      );
    }
    expect(bytes).toBeLessThan(3 * 1024 * 1024);
  });

  it('carries no path of the machine it was exported on', async () => {
    for (const name of ['vision_model.onnx', 'text_model.onnx']) {
      const content = await readFile(path.join(modelFolder, 'onnx', name), 'latin1');
      expect(content).not.toMatch(/\.py\b|site-packages|\/home\/|\/tmp\//);
    }
  });
});

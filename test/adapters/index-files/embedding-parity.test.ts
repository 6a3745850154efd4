import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { measureParity } from '../../../adapters/index-files/embedding-parity.ts';
import { writeFrameIndexFile } from '../../../adapters/index-files/frame-index.ts';
import { UsageError } from '../../../domain/errors/usage-error.ts';

const origin = {
  modelId: 'tiny',
  revision: null,
  modelHash: 'ab'.repeat(32),
  dtype: 'fp32',
  preprocessingId: 'p',
  dimension: 2,
};

let folder: string;
let embedded: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parity-'));
  embedded = [];
});
afterEach(() => rm(folder, { recursive: true }));

/** Row n of every video points at n degrees. */
async function storeVideo(videoId: string, rows: number, turnedBy = 0): Promise<void> {
  const degrees = Array.from({ length: rows }, (_, n) => n + turnedBy);
  await writeFrameIndexFile(join(folder, `${videoId}.safetensors`), {
    ...origin,
    frameNames: degrees.map((_, n) => `below/${n}.jpg`),
    vectors: new Float32Array(degrees.flatMap(pointing)),
    videoFingerprint: 'cd'.repeat(32),
  });
}

function pointing(degrees: number): [number, number] {
  const angle = (degrees * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle)];
}

/** A model that points where the picture's name says. */
const dependencies = {
  embedder: {
    ...origin,
    async embed(pictures: readonly Uint8Array[]) {
      const names = pictures.map((bytes) => new TextDecoder().decode(bytes));
      embedded = names;
      return { vectors: new Float32Array(names.flatMap((name) => pointing(parseInt(name, 10)))) };
    },
  },
  readFrame: async (_: string, name: string) => new TextEncoder().encode(name),
};

describe('measureParity', () => {
  it('finds full agreement with the model that made the files', async () => {
    await storeVideo('a', 50);
    await storeVideo('b', 50);

    const report = await measureParity(folder, 20, dependencies);

    expect(report).toMatchObject({ frames: 20, files: 2 });
    expect(report.min).toBeCloseTo(1, 6);
    expect(new Set(embedded).size).toBeGreaterThan(15);
  });

  it('gives the median, and the lowest with its frame', async () => {
    await storeVideo('a', 1);
    await storeVideo('b', 1, 60);
    await storeVideo('c', 1, 90);
    await storeVideo('d', 1, 60);

    const report = await measureParity(folder, 20, dependencies);

    expect(report.frames).toBe(4);
    expect(report.median).toBeCloseTo(0.5, 6);
    expect(report.min).toBeCloseTo(0, 6);
    expect(report.worst).toEqual({ file: join(folder, 'c.safetensors'), name: '0.jpg' });
  });

  it('takes one frame of each of many files, spread over all of them and their lengths', async () => {
    for (let n = 10; n < 50; n++) await storeVideo(String(n), 100);

    const report = await measureParity(folder, 20, dependencies);

    expect(report).toMatchObject({ frames: 20, files: 20 });
    const rows = embedded.map((name) => parseInt(name, 10));
    expect(Math.min(...rows)).toBeLessThan(10);
    expect(Math.max(...rows)).toBeGreaterThanOrEqual(90);
  });

  it('refuses files of another model, naming both', async () => {
    await storeVideo('a', 3);
    const other = { ...dependencies.embedder, modelId: 'other', modelHash: 'ef'.repeat(32) };

    const measuring = measureParity(folder, 20, { ...dependencies, embedder: other });

    await expect(measuring).rejects.toThrow(UsageError);
    await expect(measuring).rejects.toThrow(/tiny.*other/);
  });

  it('refuses a folder without embeddings, and one that is not there', async () => {
    await expect(measureParity(folder, 20, dependencies)).rejects.toThrow(/holds no embeddings/);
    const missing = measureParity(join(folder, 'none'), 20, dependencies);
    await expect(missing).rejects.toThrow(UsageError);
  });
});

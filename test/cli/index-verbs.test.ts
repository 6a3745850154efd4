import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEmbedder } from '../../adapters/embedding/embedder.ts';
import { writeSafetensorsFile } from '../../adapters/index-files/safetensors-file.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const fixtures = join(root, 'test/fixtures/torch');
const tinyModel = join(root, 'simulator/model/tiny-siglip');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'index-verbs-'));
});
afterEach(() => rm(folder, { recursive: true }));

type End = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs `videoqa index <args>` from source. */
function videoqaIndex(...args: string[]): Promise<End> {
  const argv = ['--import', 'tsx', join(root, 'cli/main.ts'), 'index', ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, argv, { cwd: root }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

describe('videoqa index inspect', () => {
  it('prints what Python holds as JSON', async () => {
    const { code, stdout } = await videoqaIndex('inspect', join(fixtures, 'float16.pt'), '--json');

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      frames: 2,
      dim: 4,
      dtype: 'float16',
      normalized: false,
      sha256: 'f5672ad8b51625ef35aaadc60527bd5b4d06d25c8af56f1ee79fbfb6cdcf02cf',
      first: [
        0,
        0,
        2 ** -24,
        0.000060975551605224609,
        65504,
        0.333251953125,
        -2.5,
        2 ** -14 * 0.966796875,
      ],
      names: ['frame_000000.jpg', 'frame_000001.jpg'],
      model: null,
    });
  });

  it('describes a file without rows, which a run would refuse', async () => {
    const { code, stdout } = await videoqaIndex('inspect', join(fixtures, 'no-rows.pt'), '--json');

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ frames: 0, dim: 4, names: [null, null], first: [] });
  });

  it('refuses what it does not read with exit code 2 and the line of Python that helps', async () => {
    const { code, stdout, stderr } = await videoqaIndex('inspect', join(fixtures, 'int64.pt'));

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/int64\.pt: 'embeddings' holds int64.*python -c "import torch/);
  });
});

describe('videoqa index import', () => {
  it('converts a folder, and says on a second run that all is there', async () => {
    const out = join(folder, 'out');
    await copyFile(join(fixtures, 'unit-paths.pt'), join(folder, 'v.pt'));

    const first = await videoqaIndex('import', folder, '--out', out, '--model-id', 'a/model');
    const second = await videoqaIndex('import', folder, '--out', out, '--model-id', 'a/model');

    expect(first).toMatchObject({ code: 0, stdout: `1 files converted to ${out}\n` });
    expect(first.stderr).toContain('1 of 1 converted');
    expect(second.stdout).toContain('1 were there already');
    expect(await readdir(out)).toEqual(['v.safetensors']);
    const shown = await videoqaIndex('inspect', join(out, 'v.safetensors'), '--json');
    expect(JSON.parse(shown.stdout)).toMatchObject({ frames: 6, normalized: true, model: null });
  });

  it('refuses a folder with a bad file with exit code 2 and writes nothing', async () => {
    const out = join(folder, 'out');
    await copyFile(join(fixtures, 'unit-paths.pt'), join(folder, 'v.pt'));
    await copyFile(join(fixtures, 'not-finite.pt'), join(folder, 'w.pt'));

    const { code, stderr } = await videoqaIndex('import', folder, '--out', out);

    expect(code).toBe(2);
    expect(stderr).toMatch(/w\.pt: NaN or infinity in row 3/);
    await expect(readdir(out)).rejects.toThrow(/ENOENT/);
  });
});

describe('videoqa index parity', () => {
  const names = Array.from({ length: 6 }, (_, n) => `frame_${n}.jpg`);

  /** Pictures of one video, and their rows as a stranger's file, in an order that may be wrong. */
  async function storeVideo(order: readonly number[]): Promise<string[]> {
    const frames = join(folder, 'frames', 'v');
    const stored = join(folder, 'stored');
    await mkdir(frames, { recursive: true });
    await mkdir(stored);
    const pictures: Buffer[] = [];
    for (const [n, name] of names.entries()) {
      const size = 120;
      const stripes = Buffer.alloc(size * size * 3);
      for (let at = 0; at < stripes.length; at++) stripes[at] = (at * (n * n + 1) * 7) % 256;
      const raw = { width: size, height: size, channels: 3 } as const;
      const picture = await sharp(stripes, { raw }).jpeg().toBuffer();
      await writeFile(join(frames, name), picture);
      pictures.push(picture);
    }
    const embedder = await openEmbedder({ modelId: 't', path: tinyModel, device: 'cpu' });
    const { vectors } = await embedder.embed(pictures);
    await embedder.close();
    const { dimension } = embedder;
    const rows = order.map((n) => vectors.subarray(n * dimension, (n + 1) * dimension));
    const metadata = { filenames: JSON.stringify(names) };
    const header = { name: 'embeddings', rows: names.length, dimension, metadata };
    await writeSafetensorsFile(join(stored, 'v.safetensors'), header, rows);
    return ['parity', stored, '--frames', join(folder, 'frames'), '--model', tinyModel];
  }

  it('accepts the rows of this model', async () => {
    const args = await storeVideo([0, 1, 2, 3, 4, 5]);

    const { code, stdout } = await videoqaIndex(...args, '--json');

    expect(code).toBe(0);
    const report = JSON.parse(stdout) as { median: number; min: number };
    expect(report).toMatchObject({ frames: 6, files: 1, threshold: 0.999, passed: true });
    expect(report.min).toBeGreaterThan(0.9999);
  });

  it('refuses rows of other frames with exit code 2, and still says how far they are off', async () => {
    const args = await storeVideo([1, 2, 3, 4, 5, 0]);

    const { code, stdout, stderr } = await videoqaIndex(...args);

    expect(code).toBe(2);
    expect(stdout).toMatch(/6 frames of 1 files.*\nmedian cosine  /);
    expect(stderr).toMatch(/median cosine 0\.\d+ is below 0\.999/);
  });

  it('names the frame that is not there', async () => {
    const args = await storeVideo([0, 1, 2, 3, 4, 5]);
    await rm(join(folder, 'frames', 'v', 'frame_3.jpg'));

    const { code, stderr } = await videoqaIndex(...args);

    expect(code).toBe(2);
    expect(stderr).toMatch(/frame_3\.jpg cannot be read; check --frames/);
  });
});

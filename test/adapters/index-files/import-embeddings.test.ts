import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFrameIndex } from '../../../adapters/index-files/frame-index.ts';
import {
  importEmbeddings,
  type ImportProgress,
} from '../../../adapters/index-files/import-embeddings.ts';
import { UsageError } from '../../../domain/errors/usage-error.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/torch', import.meta.url));

let folder: string;
let out: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'));
  out = join(folder, 'out', 'inner');
});
afterEach(() => rm(folder, { recursive: true }));

/** Puts a golden into the folder as the file of a video. */
async function bring(fixture: string, videoId: string): Promise<void> {
  await copyFile(join(fixtures, `${fixture}.pt`), join(folder, `${videoId}.pt`));
}

const request = (modelId: string | null = null) => ({ folder, out, modelId });

describe('importEmbeddings', () => {
  it('makes an index with unit rows and base names of every .pt file', async () => {
    await bring('expanded', 'a');
    await bring('unit-paths', 'b');
    await bring('expanded-scalar', 'c');

    const { converted } = await importEmbeddings(request('google/siglip-tiny'));

    expect(converted).toEqual(['a', 'b', 'c'].map((id) => join(out, `${id}.safetensors`)));
    const index = readFrameIndex(await readFile(converted[0]!));
    expect(index).toMatchObject({
      modelId: 'google/siglip-tiny',
      modelHash: 'unknown',
      preprocessingId: 'imported',
      dimension: 4,
    });
    expect(index.frameNames[5]).toBe('frame_000005.jpg');
    expect(readFrameIndex(await readFile(converted[1]!)).frameNames[0]).toBe('frame_000000.jpg');
    const length = Math.hypot(1, 1.25, 1.5, 1.75);
    expect(index.vectors[1]).toBeCloseTo(1.25 / length, 7);
  });

  it('reports each file as it is checked and converted', async () => {
    await bring('expanded', 'a');
    await bring('expanded', 'b');
    const heard: ImportProgress[] = [];

    await importEmbeddings({ ...request(), onProgress: (progress) => heard.push(progress) });

    const steps = heard.map(({ step, position, total }) => `${step} ${position} of ${total}`);
    expect(steps).toEqual(['checked', 'converted'].flatMap((s) => [`${s} 0 of 2`, `${s} 1 of 2`]));
  });

  it('lists every problem of every file and writes nothing at all', async () => {
    await bring('expanded', 'a');
    await bring('int64', 'b');
    await bring('mismatch', 'c');
    await writeFile(join(folder, 'e.pt'), 'no torch file');

    const failure = await importEmbeddings(request()).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(UsageError);
    const { message } = failure as UsageError;
    expect(message).toMatch(/nothing was imported, 3 problems/);
    for (const id of ['b', 'c', 'e']) expect(message).toContain(join(folder, `${id}.pt`));
    await expect(stat(out)).rejects.toThrow(/ENOENT/);
  });

  it('refuses a row without direction and says which', async () => {
    await bring('zero-row', 'a');

    const importing = importEmbeddings(request());

    await expect(importing).rejects.toThrow(/a\.pt: row 2 has no direction/);
  });

  it('keeps what was converted from the same bytes before', async () => {
    await bring('expanded', 'a');
    await importEmbeddings(request());
    const before = await stat(join(out, 'a.safetensors'));
    await bring('expanded-scalar', 'b');

    const { converted, kept } = await importEmbeddings(request());

    expect(converted).toEqual([join(out, 'b.safetensors')]);
    expect(kept).toEqual([join(out, 'a.safetensors')]);
    expect((await stat(join(out, 'a.safetensors'))).mtimeMs).toBe(before.mtimeMs);
  });

  it.each([
    ['of other bytes', 'expanded-scalar', null],
    ['for another model', 'expanded', 'google/other'],
  ])('does not replace an index %s', async (_, fixture, modelId) => {
    await bring('expanded', 'a');
    await importEmbeddings(request());
    const before = await readFile(join(out, 'a.safetensors'));
    await bring(fixture, 'a');

    await expect(importEmbeddings(request(modelId))).rejects.toThrow(/is there already.*delete it/);

    expect(await readFile(join(out, 'a.safetensors'))).toEqual(before);
  });

  it('does not replace a file of another kind', async () => {
    await bring('expanded', 'a');
    await mkdir(out, { recursive: true });
    await writeFile(join(out, 'a.safetensors'), 'something else');

    await expect(importEmbeddings(request())).rejects.toThrow(/is there already/);
  });

  it('stops between two files and goes on from there', async () => {
    await bring('expanded', 'a');
    await bring('expanded', 'b');
    const controller = new AbortController();
    const stopAfterOne = ({ step }: ImportProgress) => {
      if (step === 'converted') controller.abort(new Error('stopped'));
    };
    const stopped = { ...request(), signal: controller.signal, onProgress: stopAfterOne };

    await expect(importEmbeddings(stopped)).rejects.toThrow('stopped');
    expect(await readdir(out)).toEqual(['a.safetensors']);
    const { converted, kept } = await importEmbeddings(request());

    expect([converted.length, kept.length]).toEqual([1, 1]);
  });

  it('refuses a folder without .pt files, and one that is not there', async () => {
    await expect(importEmbeddings(request())).rejects.toThrow(/holds no \.pt file/);
    const missing = importEmbeddings({ ...request(), folder: join(folder, 'none') });
    await expect(missing).rejects.toThrow(UsageError);
  });
});

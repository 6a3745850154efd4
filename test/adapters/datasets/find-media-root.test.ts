import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findMediaRoot } from '../../../adapters/datasets/find-media-root.ts';
import { loadFormat } from '../../../adapters/datasets/load-formats.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'media-root-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('findMediaRoot', () => {
  it('takes the first folder that is there, beside the annotation file', async () => {
    const path = join(folder, 'val.csv');
    await writeFile(path, '');
    await writeFile(join(folder, 'NExTVideo'), 'a file of that name');
    await mkdir(join(folder, 'videos'));

    expect(await findMediaRoot({ format: 'nextqa', path })).toBe(join(folder, 'videos'));
  });

  it('says where it looked', async () => {
    const missing = findMediaRoot({ format: 'nextqa', path: join(folder, 'val.csv') });

    await expect(missing).rejects.toThrow(join(folder, 'NExTVideo'));
    await expect(missing).rejects.toThrow('name the folder of the videos');
  });

  it('says that a format does not know', async () => {
    await expect(findMediaRoot({ format: 'original', path: folder })).rejects.toThrow(
      'The format original does not say where its videos lie',
    );
  });
});

describe('loadFormat', () => {
  it('names the nearest format and all others', async () => {
    await expect(loadFormat('lv-bench')).rejects.toThrow(
      /did you mean lvbench\? Known: .*original/,
    );
    await expect(loadFormat('../problem')).rejects.toThrow('there is no dataset format');
  });
});

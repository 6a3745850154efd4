import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileSource, readPortions } from '../../../adapters/index-files/byte-source.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'byte-source-'));
  path = join(folder, 'file');
});
afterEach(() => rm(folder, { recursive: true }));

describe('openFileSource', () => {
  it('reads any stretch of a file', async () => {
    await writeFile(path, Uint8Array.of(0, 1, 2, 3, 4, 5));
    const source = await openFileSource(path);

    expect(source.size).toBe(6);
    expect(await source.read(2, 3)).toEqual(Uint8Array.of(2, 3, 4));
    expect(await source.read(6, 0)).toEqual(new Uint8Array());
    await source.close();
  });

  it('says when the file became shorter meanwhile', async () => {
    await writeFile(path, new Uint8Array(10));
    const source = await openFileSource(path);
    await truncate(path, 5);

    await expect(source.read(0, 10)).rejects.toThrow('it ends too early');
    await source.close();
  });

  it('refuses a folder', async () => {
    await expect(openFileSource(folder)).rejects.toThrow('it is not a file');
  });

  it.skipIf(platform() === 'win32')(
    'refuses a pipe at once instead of waiting for it',
    async () => {
      execFileSync('/bin/sh', ['-c', 'mkfifo "$1"', 'sh', path]);

      await expect(openFileSource(path)).rejects.toThrow('it is not a file');
    },
  );
});

describe('readPortions', () => {
  it('hands a long stretch out in order, and nothing of an empty one', async () => {
    await writeFile(path, new Uint8Array(9 * 2 ** 20).fill(7));
    const source = await openFileSource(path);
    const heard: [number, number][] = [];
    const take = (bytes: Uint8Array, at: number) => void heard.push([at, bytes.length]);

    await readPortions(source, 1, 9 * 2 ** 20 - 1, take);
    await readPortions(source, 1, 0, take);

    const mebibytes4 = 4 * 2 ** 20;
    expect(heard).toEqual([
      [0, mebibytes4],
      [mebibytes4, mebibytes4],
      [2 * mebibytes4, 2 ** 20 - 1],
    ]);
    await source.close();
  });
});

import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../../adapters/index-files/safetensors.ts';
import {
  openSafetensorsFile,
  writeSafetensorsFile,
} from '../../../adapters/index-files/safetensors-file.ts';
import {
  encodeHeader,
  SafetensorsError,
} from '../../../adapters/index-files/safetensors-header.ts';

const header = { name: 'rows', rows: 3, dimension: 2, metadata: { note: 'n' } };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('writeSafetensorsFile', () => {
  it('writes rows that come in portions as the same bytes as all at once', async () => {
    const path = join(folder, 'a.safetensors');

    await writeSafetensorsFile(path, header, [
      new Float32Array([1, 2]),
      new Float32Array([0, 3, 4, 5, 6]).subarray(1),
    ]);

    const values = new Float32Array([1, 2, 3, 4, 5, 6]);
    const tensors = { rows: { shape: [3, 2], values } };
    expect(new Uint8Array(await readFile(path))).toEqual(
      writeSafetensors({ tensors, metadata: { note: 'n' } }),
    );
    expect(await readdir(folder)).toEqual(['a.safetensors']);
  });

  it.each([
    ['fewer rows than announced', [new Float32Array(4)]],
    ['more rows than announced', [new Float32Array(4), new Float32Array(4)]],
  ])('leaves the file as it was when there are %s', async (_, portions) => {
    const path = join(folder, 'a.safetensors');
    await writeFile(path, 'before');

    await expect(writeSafetensorsFile(path, header, portions)).rejects.toThrow(SafetensorsError);

    expect(await readFile(path, 'utf8')).toBe('before');
    expect(await readdir(folder)).toEqual(['a.safetensors']);
  });

  it('leaves nothing behind when the rows fail to come', async () => {
    async function* failing() {
      yield new Float32Array(2);
      throw new Error('the disk of the frames is gone');
    }

    const writing = writeSafetensorsFile(join(folder, 'a.safetensors'), header, failing());

    await expect(writing).rejects.toThrow('the disk of the frames is gone');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('openSafetensorsFile', () => {
  it('reads the rows that are asked for', async () => {
    const path = join(folder, 'a.safetensors');
    await writeSafetensorsFile(path, header, [new Float32Array([1, 2, 3, 4, 5, 6])]);
    const file = await openSafetensorsFile(path);

    expect(file.metadata).toEqual({ note: 'n' });
    expect(await file.readRows('rows')).toEqual(new Float32Array([1, 2, 3, 4, 5, 6]));
    expect(await file.readRows('rows', 1, 2)).toEqual(new Float32Array([3, 4]));
    await expect(file.readRows('rows', 2, 4)).rejects.toThrow(/3 rows, not 2 to 4/);
    await expect(file.readRows('other')).rejects.toThrow(SafetensorsError);
    await file.close();
  });

  it('reads rows behind 2 GiB, where whole files can no longer be read', async () => {
    const path = join(folder, 'large.safetensors');
    const [rows, dimension] = [500_000, 1152];
    const head = encodeHeader({}, new Map([['rows', [rows, dimension]]]));
    const last = new Float32Array(2 * dimension).map((_, n) => n / 7);
    const sparse = await open(path, 'w');
    await sparse.write(head);
    const rowBytes = dimension * 4;
    await sparse.write(
      new Uint8Array(last.buffer),
      0,
      2 * rowBytes,
      head.length + (rows - 2) * rowBytes,
    );
    await sparse.close();

    expect((await stat(path)).size).toBeGreaterThan(2 ** 31);
    const file = await openSafetensorsFile(path);
    expect(await file.readRows('rows', rows - 2)).toEqual(last);
    expect(await file.readRows('rows', 7, 8)).toEqual(new Float32Array(dimension));
    await file.close();
  });

  it('refuses a file that is shorter or longer than its header says', async () => {
    const path = join(folder, 'a.safetensors');
    await writeSafetensorsFile(path, header, [new Float32Array(6)]);
    const bytes = await readFile(path);

    for (let length = 0; length < bytes.length; length += 3) {
      await writeFile(path, bytes.subarray(0, length));
      await expect(openSafetensorsFile(path)).rejects.toThrow(SafetensorsError);
    }
    await writeFile(path, Buffer.concat([bytes, Buffer.alloc(1)]));
    await expect(openSafetensorsFile(path)).rejects.toThrow(SafetensorsError);
  });
});

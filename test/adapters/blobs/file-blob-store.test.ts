import { mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openFileBlobStore } from '../../../adapters/blobs/file-blob-store.ts';
import { fileError } from '../../../adapters/blobs/file-error.ts';
import { describeBlobStore } from './blob-store-contract.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'videoqa-blobs-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const pathOf = (name: string) => join(directory, 'sha256', name.slice(0, 2), name);

describe('a blob store of files', () => {
  describeBlobStore(async () => openFileBlobStore(directory));

  test('leaves one file per blob and no temporary ones', async () => {
    const blobs = openFileBlobStore(directory);

    const name = await blobs.put(Buffer.from('frame'));
    await blobs.put(Buffer.from('frame'));

    expect(await readdir(join(directory, 'sha256', name.slice(0, 2)))).toEqual([name]);
  });

  test('never takes the torn temporary file of a killed writer for a blob', async () => {
    const blobs = openFileBlobStore(directory);
    const name = await blobs.put(Buffer.from('whole'));
    await rm(pathOf(name));
    await writeFile(join(directory, 'sha256', name.slice(0, 2), '.left-over.tmp'), 'who');

    expect(await blobs.has(name)).toBe(false);
    await blobs.put(Buffer.from('whole'));

    expect(Buffer.from(await blobs.get(name)).toString()).toBe('whole');
  });

  test('refuses changed content and lets a second put mend it', async () => {
    const blobs = openFileBlobStore(directory);
    const name = await blobs.put(Buffer.from('right'));
    await writeFile(pathOf(name), 'wrong');

    await expect(blobs.get(name)).rejects.toMatchObject({
      failureClass: 'storage',
      message: expect.stringContaining('does not match'),
    });
    await blobs.put(Buffer.from('right'));

    expect(Buffer.from(await blobs.get(name)).toString()).toBe('right');
    expect(await readFile(`${pathOf(name)}.damaged`, 'utf8')).toBe('wrong');
  });

  test('replaces a blob that was cut short', async () => {
    const blobs = openFileBlobStore(directory);
    const name = await blobs.put(Buffer.from('complete'));
    await truncate(pathOf(name), 3);

    await blobs.put(Buffer.from('complete'));

    expect(Buffer.from(await blobs.get(name)).toString()).toBe('complete');
  });

  test('names the blob when its folder cannot be made', async () => {
    await writeFile(join(directory, 'sha256'), 'a file in the way');

    await expect(openFileBlobStore(directory).put(Buffer.from('x'))).rejects.toMatchObject({
      name: 'StepError',
      failureClass: 'storage',
      message: expect.stringMatching(/storing blob [0-9a-f]{64} failed: (ENOTDIR|EEXIST)/),
    });
  });
});

test.each(['ENOSPC', 'EDQUOT', 'EROFS'])('%s waits for a person to make room', (code) => {
  const cause = Object.assign(new Error('disk'), { code });

  expect(fileError(cause, 'storing blob x')).toMatchObject({
    failureClass: 'storage',
    action: 'wait',
    cause,
  });
});

test('a passing file error is tried again', () => {
  const cause = Object.assign(new Error('too many files'), { code: 'EMFILE' });

  expect(fileError(cause, 'storing blob x').action).toBe('retry');
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { openBlobStore } from '../../../adapters/blobs/open-blob-store.ts';
import { UsageError } from '../../../domain/errors/usage-error.ts';

test('opens a folder by file: with a path and by a full file URL', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'videoqa blobs-'));

  const name = await openBlobStore(`file:${directory}`).put(Buffer.from('x'));

  expect(await openBlobStore(pathToFileURL(directory).href).has(name)).toBe(true);
  await rm(directory, { recursive: true });
});

test.each(['s3://bucket/prefix', 'http://host/', 'blobs/', 'file:', 'file://host/blobs'])(
  'refuses %s and names the setting',
  (url) => {
    const opening = () => openBlobStore(url);

    expect(opening).toThrow(UsageError);
    expect(opening).toThrow(/VIDEOQA_BLOB_URL/);
  },
);

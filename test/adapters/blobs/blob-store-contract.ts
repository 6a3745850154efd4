import { createHash } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import type { BlobKeeping, BlobStore } from '../../../domain/stores/blob-store.ts';

/** What every blob store keeps; `open` gives an empty one. */
export function describeBlobStore(open: () => Promise<BlobStore & BlobKeeping>): void {
  let blobs: BlobStore & BlobKeeping;
  beforeEach(async () => {
    blobs = await open();
  });

  test('gives back what was put, under its sha256', async () => {
    const content = new Uint8Array([0, 255, 10, 13]);

    const name = await blobs.put(content);

    expect(name).toBe(createHash('sha256').update(content).digest('hex'));
    expect(new Uint8Array(await blobs.get(name))).toEqual(content);
    expect(await blobs.has(name)).toBe(true);
  });

  test('keeps an empty blob', async () => {
    const name = await blobs.put(new Uint8Array());

    expect((await blobs.get(name)).byteLength).toBe(0);
  });

  test('accepts the same content many times at once', async () => {
    const content = new Uint8Array(300_000).fill(7);

    const names = await Promise.all(Array.from({ length: 20 }, () => blobs.put(content)));

    expect(new Set(names).size).toBe(1);
    expect((await blobs.get(names[0] ?? '')).byteLength).toBe(300_000);
  });

  test('says that a blob is missing', async () => {
    const name = 'a'.repeat(64);

    expect(await blobs.has(name)).toBe(false);
    await expect(blobs.get(name)).rejects.toMatchObject({
      failureClass: 'storage',
      action: 'fail',
      message: expect.stringContaining(name),
    });
  });

  test('refuses a name that is no sha256', async () => {
    for (const name of ['', '../../etc/passwd', 'A'.repeat(64)]) {
      await expect(blobs.get(name)).rejects.toMatchObject({ failureClass: 'storage' });
      await expect(blobs.has(name)).rejects.toMatchObject({ failureClass: 'storage' });
    }
  });

  test('lists what is stored, and removes what it is told to', async () => {
    const kept = await blobs.put(new Uint8Array([1]));
    const unwanted = await blobs.put(new Uint8Array([1, 2]));
    const list = async () => {
      const found = [];
      for await (const file of blobs.list()) found.push(file);
      return found;
    };

    const before = await list();
    const file = before.find(({ sha256 }) => sha256 === unwanted);
    await blobs.remove(file!);
    await blobs.remove(file!);

    expect(new Map(before.map(({ sha256, bytes }) => [sha256, bytes]))).toEqual(
      new Map([
        [kept, 1],
        [unwanted, 2],
      ]),
    );
    expect((await list()).map(({ sha256 }) => sha256)).toEqual([kept]);
    expect(await blobs.has(unwanted)).toBe(false);
  });
}

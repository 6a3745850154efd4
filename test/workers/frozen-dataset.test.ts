import { expect, test } from 'vitest';
import { freezeChunks } from '../../adapters/datasets/freeze-chunks.ts';
import { freezeItems } from '../../domain/frozen-items.ts';
import { sha256Hex } from '../../domain/hashing.ts';
import type { Item } from '../../domain/item.ts';
import { orderItems } from '../../domain/run-items.ts';
import type { DatasetChunk } from '../../domain/stores/dataset-store.ts';
import { readFrozenDatasets } from '../../workers/frozen-dataset.ts';
import { sampleItem } from '../results/sample-run.ts';

/** Items whose videos take turns, so that the order of work is not that of the file. */
const items: Item[] = Array.from({ length: 12_000 }, (_, n) =>
  sampleItem(`q${n}`, { videoIds: [`v${n % 300}`] }),
);
const ordered = orderItems(items);
const whole = freezeItems(items);
const hash = sha256Hex(whole);

function world() {
  const content = new Map<string, Uint8Array>([[hash, whole]]);
  const noted: DatasetChunk[] = [];
  const read: string[] = [];
  return {
    read,
    blobs: {
      put: async (bytes: Uint8Array) => {
        const artifact = sha256Hex(bytes);
        content.set(artifact, bytes);
        return artifact;
      },
      get: async (artifact: string) => {
        read.push(artifact);
        return content.get(artifact)!;
      },
    },
    datasets: {
      chunks: async () => noted,
      noteChunks: async (_: string, chunks: readonly DatasetChunk[]) => void noted.push(...chunks),
    },
  };
}

test('finds every item, and reads each stretch once when work goes on in its order', async () => {
  const { blobs, datasets, read } = world();
  await freezeChunks({ blobs, datasets }, hash, items, ordered);
  const frozen = readFrozenDatasets(blobs, datasets);

  for (const { itemId, ordinal, position } of ordered) {
    expect(await frozen.item(hash, itemId, position)).toEqual(items[ordinal]);
  }

  expect(read).toHaveLength(24);
  expect(read).not.toContain(hash);
});

test('a step that is retried reads the frozen copy, not what the file says now', async () => {
  const { blobs, datasets } = world();
  await freezeChunks({ blobs, datasets }, hash, items, ordered);

  await freezeChunks(
    { blobs, datasets },
    hash,
    items.map((item) => ({ ...item, gold: 'A' })),
    ordered,
  );

  const { itemId, position } = ordered.at(-1)!;
  expect((await readFrozenDatasets(blobs, datasets).item(hash, itemId, position))?.gold).toBe('B');
});

test('reads a dataset that is in one piece, and says when an item is not in it', async () => {
  const { blobs, datasets, read } = world();
  const frozen = readFrozenDatasets(blobs, datasets);

  expect((await frozen.item(hash, 'q7', 0))?.itemId).toBe('q7');
  expect(await frozen.item(hash, 'q99999', null)).toBeUndefined();
  expect(read).toEqual([hash]);
});

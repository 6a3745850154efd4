import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rowSchema } from '../../domain/row-schema.ts';
import type { Row } from '../../domain/row.ts';
import { exportParquet } from '../../results/export-parquet.ts';
import { failedRow, sampleRow, someUsage } from './sample-run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videoqa-parquet-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What another reader makes of the file; JSON texts as what they say. */
async function readBack(rows: readonly Row[]): Promise<Record<string, unknown>[]> {
  const runs = {
    async *rows() {
      yield* rows;
    },
  };
  const path = await exportParquet(runs, 'run-1', folder);
  expect(path).toBe(join(folder, 'run-1.parquet'));
  const bytes = await readFile(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return parquetReadObjects({ file });
}

const nested = (row: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string' && /^[[{]/.test(value) ? JSON.parse(value) : value,
    ]),
  );

describe('the Parquet file', () => {
  it('has the members of a row under their names, lists and groups as JSON', async () => {
    const rows = [
      sampleRow('q1', 'B', { usage: someUsage(0.25), question: '=1+1, "zwölf"\n' }),
      failedRow('q2', 'timeout'),
    ];

    const found = await readBack(rows);

    expect(Object.keys(found[0]!).toSorted()).toEqual(Object.keys(rowSchema.shape).toSorted());
    expect(found.map(nested)).toEqual(rows.map((row) => JSON.parse(JSON.stringify(row)) as object));
  });

  it('takes several groups of rows, and none', async () => {
    const rows = Array.from({ length: 2_345 }, (_, at) => sampleRow(`q${at}`, 'B'));

    const found = await readBack(rows);

    expect(found.map((row) => row['item_id'])).toEqual(rows.map((row) => row.item_id));
    expect(await readBack([])).toEqual([]);
  });
});

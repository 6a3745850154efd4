import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rowSchema } from '../../domain/row-schema.ts';
import { exportJsonl } from '../../results/export-jsonl.ts';
import { failedRow, sampleRow } from './sample-run.ts';
import { sampleStores } from './sample-stores.ts';

it('B17: writes one durable record per item, each in the published format', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'videoqa-export-'));
  const rows = [sampleRow('q1', 'B'), failedRow('q2', 'timeout'), sampleRow('q3', null)];
  try {
    const file = await exportJsonl(sampleStores({ rows }).runs, 'sample-1', directory);

    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => rowSchema.parse(JSON.parse(line)))).toEqual(rows);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

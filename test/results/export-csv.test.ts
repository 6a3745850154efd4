import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exportCsv } from '../../results/export-csv.ts';
import { sampleRow } from './sample-run.ts';
import { sampleStores } from './sample-stores.ts';

it('has every score of a row in one cell, without a value where nothing was scored', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'videoqa-csv-'));
  const scores = {
    exact: { value: 1, state: 'scored' as const, scorer: 'exact-letter' },
    mvbench: { value: null, state: 'unscored' as const, scorer: 'mvbench-first-token' },
    'j@1/score': { value: 4.5, state: 'scored' as const, scorer: 'j@1' },
  };
  try {
    const { runs } = sampleStores({ rows: [sampleRow('q1', 'B', { scores })] });

    const text = await readFile(await exportCsv(runs, 'r', directory), 'utf8');

    expect(text.split('\r\n')[0]).toContain(',correct,scores,');
    expect(text).toContain(',true,"exact: 1; mvbench: ; j@1/score: 4.5",');
  } finally {
    await rm(directory, { recursive: true });
  }
});

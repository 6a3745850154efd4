import { execa } from 'execa';
import Database from 'libsql';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startServerWith } from '../../bench/measured-server.ts';
import { searchAttributeTypes } from '../../domain/search-attributes.ts';
import { measuredSettings } from '../../workers/embedded/server-settings.ts';
import { e2eObstacle } from '../support/e2e-cli.ts';
import { temporalBinary } from '../support/temporal-binary.ts';

// Each server and each worker takes seconds to start on a busy machine.
const timeout = 400_000;

describe.skipIf(e2eObstacle !== null)('the benchmark of the settings', { timeout }, () => {
  it('works off its items with each setting that is more than a flag', async () => {
    const only = 'in-memory,visibility-indexes,one-queue-eager,one-picture-activity';

    const { stdout } = await execa(
      process.execPath,
      ['dist/bench/main.js', 'levers', '--only', only, ...'--items 6 --rounds 1'.split(' ')],
      { env: { VIDEOQA_TEMPORAL_CLI: temporalBinary ?? '' } },
    );

    const rows = stdout.split('\n').filter((line) => line.startsWith('| '));
    const names = rows.slice(2).map((line) => line.split(' | ')[0]?.slice(2));
    expect(names).toEqual(['product', ...only.split(',')]);
    expect(stdout).toContain('is what its file costs');
  });

  it('leaves a server the indexes of what people look for workflows by', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'videoqa-indexes-'));
    try {
      const place = { folder, binary: temporalBinary ?? '' };
      const server = await startServerWith(measuredSettings, place, 'few-indexes');
      await server.close();

      const database = new Database(server.databaseFile);
      const left = database
        .prepare(
          "select name from sqlite_master where type = 'index' and sql is not null and tbl_name = ?",
        )
        .all('executions_visibility') as { name: string }[];
      database.close();

      const names = left.map(({ name }) => name);
      const ofType = (type: string) =>
        Object.values(searchAttributeTypes).filter((each) => each === type).length;
      const own = ['by_status', 'by_workflow_id', 'by_workflow_type', 'default_idx'];
      expect(names.filter((name) => !/_\d\d$/.test(name)).toSorted()).toEqual(own);
      expect(names.filter((name) => name.startsWith('by_keyword'))).toHaveLength(ofType('KEYWORD'));
      expect(names.filter((name) => name.startsWith('by_int'))).toHaveLength(ofType('INT'));
      expect(names).toHaveLength(own.length + Object.keys(searchAttributeTypes).length);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

import { cp, mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../domain/summary.ts';
import { e2eObstacle, makeHome, runCli } from '../support/e2e-cli.ts';
import { writeConfig } from '../support/e2e-evaluation.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';
import { readRun } from '../support/e2e-state.ts';

type RecordedState = {
  readonly statements: readonly string[];
  readonly rows: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
};

const states = fileURLToPath(new URL('../states/', import.meta.url));
const dataset = join(states, 'dataset');
const versions = (await readdir(states)).filter((name) => /^\d/.test(name));

describe.skipIf(e2eObstacle !== null)(
  'a state folder of an earlier version, killed in the middle of a run',
  { timeout: 120_000 },
  () => {
    let home: string;
    let remove: () => Promise<void>;
    let provider: RemoteProvider;

    beforeEach(async () => {
      ({ home, remove } = await makeHome());
      await mkdir(home, { mode: 0o700 });
      provider = await startRemoteProvider(dirname(home));
    });
    afterEach(async () => {
      await remove();
      await provider.close();
    });

    it.each(versions)('of %s goes on and pays for nothing again', async (version) => {
      await restoreState(version, home);
      const config = await writeConfig(join(dirname(home), 'run.yaml'), {
        name: 'upgraded',
        dataset,
        items: 5,
        providerUrl: provider.url,
        strategy: 'uniform',
        itemsInFlight: 1,
      });
      const before = await answersIn(home);

      const run = await runCli(['run', config, '--json'], { home });
      const verified = await runCli(['verify'], { home });

      const summary = JSON.parse(run.stdout) as RunSummary;
      expect(summary.counts).toMatchObject({ scheduled: 5, answered: 5 });
      expect(run.code).toBe(0);
      expect(before.stored).toBeGreaterThan(0);
      expect((await provider.totals()).billed).toBe(5 - before.stored);
      const { rows } = await readRun(home, summary.runId);
      const kept = rows.filter(({ item_id }) => before.rows.has(item_id));
      expect(kept.map((row) => JSON.stringify(row))).toEqual([...before.rows.values()]);
      expect(verified).toMatchObject({ code: 0 });
    });
  },
);

/** Makes the state folder as the older version left it. */
async function restoreState(version: string, home: string): Promise<void> {
  const text = await readFile(join(states, version, 'state.json'), 'utf8');
  const state = JSON.parse(text.replaceAll('@dataset@', dataset)) as RecordedState;
  const database = new Database(join(home, 'videoqa.db'));
  for (const statement of state.statements) database.exec(statement);
  for (const [table, rows] of Object.entries(state.rows)) {
    for (const row of rows) {
      const names = Object.keys(row);
      const marks = names.map(() => '?').join(', ');
      const insert = `insert into ${table} (${names.join(', ')}) values (${marks})`;
      database.prepare(insert).run(Object.values(row).map(cellOf));
    }
  }
  database.close();
  await cp(join(states, version, 'blobs'), join(home, 'blobs'), { recursive: true });
}

function cellOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'hex' in value
    ? Buffer.from(String(value.hex), 'hex')
    : value;
}

/** How many paid answers are stored, and the rows that are recorded. */
async function answersIn(home: string): Promise<{ stored: number; rows: Map<string, string> }> {
  const database = new Database(join(home, 'videoqa.db'));
  const { stored } = database.prepare('select count(*) as stored from call_responses').get() as {
    stored: number;
  };
  const rows = database
    .prepare(
      `select item_id, row_json from result_rows join items using (run_id, item_id, sample)
       order by ordinal`,
    )
    .all() as { item_id: string; row_json: string }[];
  database.close();
  return { stored, rows: new Map(rows.map(({ item_id, row_json }) => [item_id, row_json])) };
}

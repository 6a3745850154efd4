import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';
import { runCli, startCli, until } from './e2e-cli.ts';
import { writeConfig } from './e2e-evaluation.ts';
import { startRemoteProvider } from './e2e-provider.ts';

// Records a state folder in the middle of a run, killed, for the test that newer versions go on with
// it. Run by hand before a release: `npx tsx test/support/record-state.ts <version>`.
const version = process.argv[2];
if (version === undefined) throw new Error('say which version: record-state.ts 0.3.0');
const states = fileURLToPath(new URL('../states/', import.meta.url));
const dataset = join(states, 'dataset');
const folder = await mkdtemp(join(tmpdir(), 'record-state-'));
const home = join(folder, 'state');
await mkdir(home, { mode: 0o700 });
const provider = await startRemoteProvider(folder, 4000);
const config = await writeConfig(join(folder, 'run.yaml'), {
  name: 'upgraded',
  dataset,
  items: 5,
  providerUrl: provider.url,
  strategy: 'uniform',
  itemsInFlight: 1,
});
const run = startCli(['run', config], { home });
const file = join(home, 'videoqa.db');
await until('the first rows are recorded', () => rowsIn(file) > 0, { everyMs: 200 });
run.kill();
await run.ended;
const target = join(states, version);
await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const text = JSON.stringify(dump(file), null, 1).replaceAll(dataset, '@dataset@');
await writeFile(join(target, 'state.json'), `${text}\n`);
await cp(join(home, 'blobs'), join(target, 'blobs'), { recursive: true });
await runCli(['down'], { home });
await provider.close();
console.log(await readdir(target), await provider.totals().catch(() => 'provider closed'));
await rm(folder, { recursive: true });

function rowsIn(path: string): number {
  try {
    const database = new Database(path);
    const { rows } = database.prepare('select count(*) as rows from result_rows').get() as {
      rows: number;
    };
    database.close();
    return rows;
  } catch {
    return 0;
  }
}

/** Every table with its rows; bytes as `{"hex": ...}`. */
function dump(path: string): unknown {
  const database = new Database(path);
  const schema = database
    .prepare(
      `select name, type, sql from sqlite_schema where sql is not null and name not like 'sqlite_%'`,
    )
    .all() as { name: string; type: string; sql: string }[];
  const tables = schema
    .filter(({ type }) => type === 'table')
    .map(({ name }) => [name, database.prepare(`select * from ${name}`).all().map(readable)]);
  database.close();
  return { statements: schema.map(({ sql }) => sql), rows: Object.fromEntries(tables) };
}

function readable(row: unknown): unknown {
  const cells = Object.entries(row as object).map(([name, value]) => {
    const isBytes = value instanceof ArrayBuffer || value instanceof Uint8Array;
    return [name, isBytes ? { hex: Buffer.from(value as Uint8Array).toString('hex') } : value];
  });
  return Object.fromEntries(cells);
}

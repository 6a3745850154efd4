import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../domain/row.ts';
import type { RunSummary } from '../../domain/summary.ts';
import { e2eObstacle, makeHome, runCli } from '../support/e2e-cli.ts';
import { drawDataset, writeConfig } from '../support/e2e-evaluation.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';
import { readRun } from '../support/e2e-state.ts';

describe.skipIf(e2eObstacle !== null)('verify and gc', { timeout: 120_000 }, () => {
  let home: string;
  let remove: () => Promise<void>;
  let provider: RemoteProvider;
  let runId: string;
  let rows: readonly Row[];

  beforeAll(async () => {
    ({ home, remove } = await makeHome());
    await mkdir(home, { mode: 0o700 });
    provider = await startRemoteProvider(dirname(home));
    const config = await writeConfig(join(dirname(home), 'run.yaml'), {
      name: 'kept',
      dataset: await drawDataset(30),
      items: 5,
      providerUrl: provider.url,
      strategy: 'imagined-keyframes',
    });
    const end = await runCli(['run', config, '--json'], { home });
    ({ runId } = JSON.parse(end.stdout) as RunSummary);
    ({ rows } = await readRun(home, runId));
  }, 120_000);
  afterAll(async () => {
    await remove();
    await provider.close();
  });

  const verify = async (...flags: string[]) => {
    const { code, stdout } = await runCli(['verify', runId, '--json', ...flags], { home });
    return { code, found: JSON.parse(stdout) as { damage: { kind: string; what: string }[] } };
  };
  const change = (statement: string): void => {
    const database = new Database(join(home, 'videoqa.db'));
    database.exec(statement);
    database.close();
  };
  const blobFile = (sha256: string): string =>
    join(home, 'blobs', 'sha256', sha256.slice(0, 2), sha256);

  it('finds nothing wrong with a finished run, and reads every artifact', async () => {
    const { code, found } = await verify();

    expect(found.damage).toEqual([]);
    expect(code).toBe(0);
    const pictures = new Set(rows.flatMap(({ generated }) => generated.map((one) => one.artifact)));
    expect(pictures.size).toBeGreaterThan(0);
    expect(found).toMatchObject({
      runs: 1,
      artifacts: expect.any(Number),
      bytes: expect.any(Number),
    });
    expect((found as unknown as { artifacts: number }).artifacts).toBeGreaterThan(pictures.size);
  });

  it('names lost, changed and unreadable rows, and builds them again from the step records', async () => {
    const [lost, changed, torn] = rows.map(({ item_id }) => item_id);
    change(`delete from result_rows where item_id = '${lost}'`);
    change(`update result_rows set row_json = replace(row_json, '"outcome":"answered"',
      '"outcome":"unparsed"') where item_id = '${changed}'`);
    change(`update result_rows set row_json = substr(row_json, 1, 40) where item_id = '${torn}'`);

    const damaged = await verify();
    const repaired = await verify('--repair');

    expect(damaged.code).toBe(7);
    const named = damaged.found.damage.map(({ kind, what }) => [kind, what.split(/ |,/)[1]]);
    expect(named).toEqual([
      ['row_missing', lost],
      ['row_differs', changed],
      ['row_damaged', torn],
    ]);
    expect(repaired).toMatchObject({ code: 0, found: { damage: [], repaired: 3 } });
    const rebuilt = (await readRun(home, runId)).rows;
    const timeless = (row: Row) => ({ ...row, finished_at: '', workflow_run_id: null });
    expect(rebuilt.map(timeless)).toEqual(rows.map(timeless));
  });

  it('finds counters and sums that differ from the items, and counts anew', async () => {
    change(`update run_counters set items = items + 1 where outcome = 'answered'`);
    const counted = await verify();
    await verify('--repair');
    change(`update spend_totals set settled_nano = settled_nano + 5000`);
    const misspent = await verify();
    change(`update spend_totals set settled_nano = settled_nano - 5000`);
    change(`update spend_totals set open_nano = open_nano + 5000 where run_id = ''`);
    const misshared = await verify();
    change(`update spend_totals set open_nano = open_nano - 5000 where run_id = ''`);
    const recounted = await verify();

    expect(counted.code).toBe(7);
    expect(counted.found.damage.map(({ what }) => what)).toEqual([
      `run ${runId}: scheduled is 6, its items say 5`,
      `run ${runId}: answered is 6, its items say 5`,
    ]);
    expect(misspent.found.damage).toMatchObject([{ kind: 'counts' }]);
    expect(misspent.found.damage[0]?.what).toMatch(/settled spend is [\d.]+, its calls come to/);
    expect(misshared.found.damage.map(({ what }) => what)).toEqual([
      expect.stringMatching(/^account simulated-[0-9a-f]{8}: what all runs have spent there/),
    ]);
    expect(recounted).toMatchObject({ code: 0, found: { damage: [] } });
    expect((await readRun(home, runId)).counts).toMatchObject({ scheduled: 5, answered: 5 });
  });

  it('removes only what nothing refers to', async () => {
    const orphan = blobFile('0'.repeat(64));
    const leftOver = join(home, 'blobs', 'sha256', '00', '.killed.tmp');
    const young = blobFile('01'.padEnd(64, '0'));
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    for (const file of [orphan, leftOver, young]) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, 'nobody needs this');
      if (file !== young) await utimes(file, longAgo, longAgo);
    }
    const used = await storedFiles(home);
    for (const file of used) {
      if (file !== young) await utimes(file, longAgo, longAgo);
    }

    const rehearsal = await runCli(['gc', '--dry-run', '--json'], { home });
    const stillThere = await storedFiles(home);
    const collected = await runCli(['gc', '--json'], { home });
    const left = await storedFiles(home);

    expect(JSON.parse(rehearsal.stdout)).toMatchObject({ changed: false, files: 2, young: 1 });
    expect(stillThere).toEqual(used);
    expect(JSON.parse(collected.stdout)).toMatchObject({ changed: true, files: 2, bytes: 34 });
    expect(left).toEqual(used.filter((file) => file !== orphan && file !== leftOver));
    expect((await verify()).code).toBe(0);
  });

  it('names artifacts that are missing or do not match their name', async () => {
    const [missing, damaged] = rows.map(({ reply_artifact }) => reply_artifact!);
    await rm(blobFile(missing!));
    await writeFile(blobFile(damaged!), 'something else');

    const { code, found } = await verify();

    expect(code).toBe(7);
    const kinds = found.damage.map(({ kind, what }) => [kind, what.split(' ')[1]]);
    expect(kinds).toContainEqual(['artifact_missing', missing]);
    expect(kinds).toContainEqual(['artifact_damaged', damaged]);
    expect(kinds).toHaveLength(2);
  });
});

async function storedFiles(home: string): Promise<string[]> {
  const folder = join(home, 'blobs');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkStorage } from '../../../cli/doctor/check-storage.ts';
import { openStateFolder } from '../../../workers/embedded/state-folder.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videoqa-doctor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const stateFolder = () => openStateFolder({ VIDEOQA_HOME: folder });

it('writes to the database and the blob store of a healthy folder, as often as it is asked', async () => {
  for (const _ of [1, 2]) {
    const findings = await checkStorage(await stateFolder(), {});
    expect(findings.map(({ check, ok }) => [check, ok])).toEqual([
      ['state folder', true],
      ['database', true],
      ['blob store', true],
    ]);
  }
});

it('names the database that cannot be opened, with what mends it', async () => {
  const damaged = join(folder, 'damaged.db');
  await writeFile(damaged, 'this is no database, and long enough to be taken for one'.repeat(40));

  const findings = await checkStorage(await stateFolder(), {
    VIDEOQA_DATABASE_URL: pathToFileURL(damaged).href,
  });

  const failed = findings.find(({ ok }) => !ok);
  expect(failed).toMatchObject({ check: 'database' });
  expect(failed?.fix).not.toBe('');
});

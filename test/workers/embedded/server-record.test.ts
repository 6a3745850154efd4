import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  moveIncompleteDatabaseAside,
  readServerRecord,
  writeServerRecord,
  type ServerRecord,
} from '../../../workers/embedded/server-record.ts';
import { openStateFolder, type StateFolder } from '../../../workers/embedded/state-folder.ts';

const complete: ServerRecord = {
  schemaVersion: 1,
  createdBy: { binary: '/bin/temporal', cliVersion: '1.5.1', serverVersion: '1.29.1', at: 'then' },
  ports: { grpc: 7233, ui: 8233 },
};

describe('the server record', () => {
  let stateFolder: StateFolder;
  beforeEach(async () => {
    const home = await mkdtemp(join(tmpdir(), 'videoqa-record-'));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    stateFolder = await openStateFolder({ VIDEOQA_HOME: home });
  });

  it('is empty for a new folder', async () => {
    expect(await readServerRecord(stateFolder)).toMatchObject({ createdBy: null, ports: null });
  });

  it('is what was written, for a database that is there', async () => {
    await writeFile(stateFolder.databaseFile, '');
    await writeServerRecord(stateFolder, complete);

    expect(await readServerRecord(stateFolder)).toEqual(complete);
  });

  it('keeps the ports and forgets the origin of a database that is gone', async () => {
    await writeServerRecord(stateFolder, complete);

    expect(await readServerRecord(stateFolder)).toEqual({ ...complete, createdBy: null });
  });

  it('is not guessed when it is damaged', async () => {
    await writeFile(stateFolder.serverRecordFile, '{"schemaVersion": 1');

    await expect(readServerRecord(stateFolder)).rejects.toThrow(
      /cannot be read.*rm '.*server\.json'/,
    );
  });

  it('lets an incomplete database be moved aside with its log, under a number of its own', async () => {
    await writeFile(`${stateFolder.databaseFile}.incomplete-1`, 'an earlier one');
    await writeFile(stateFolder.databaseFile, 'half');
    await writeFile(`${stateFolder.databaseFile}-wal`, 'log');

    const aside = await moveIncompleteDatabaseAside(stateFolder);

    expect(aside).toBe(`${stateFolder.databaseFile}.incomplete-2`);
    expect(await readFile(`${aside}`, 'utf8')).toBe('half');
    expect((await readdir(stateFolder.path)).toSorted()).toEqual([
      'logs',
      'temporal.db.incomplete-1',
      'temporal.db.incomplete-2',
      'temporal.db.incomplete-2-wal',
    ]);
  });

  it('moves nothing where nothing is', async () => {
    expect(await moveIncompleteDatabaseAside(stateFolder)).toBeNull();
  });
});

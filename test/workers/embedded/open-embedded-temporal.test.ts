import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { findServersOn } from '../../../workers/embedded/running-servers.ts';
import { temporalBinary } from '../../support/temporal-binary.ts';
import { leaveWorkflow, setScene, statusOf, withClient } from './embedded-scene.ts';

describe.skipIf(!temporalBinary)('openEmbeddedTemporal', { timeout: 180_000 }, () => {
  it('serves workflows with our search attributes, 30 days of retention and the UI', async () => {
    const scene = await setScene();

    const { address, uiUrl } = await scene.openAsHolder();

    await leaveWorkflow(address, 'eval/demo-1');
    expect(await statusOf(address, 'eval/demo-1')).toBe('RUNNING');
    expect((await fetch(uiUrl)).status).toBe(200);
    const { config } = await withClient(address, (_, { workflowService }) =>
      workflowService.describeNamespace({ namespace: 'default' }),
    );
    expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
    const { customAttributes } = await withClient(address, (_, { operatorService }) =>
      operatorService.listSearchAttributes({ namespace: 'default' }),
    );
    expect(customAttributes).toMatchObject({ EvalRunId: 2, VideoId: 2, FailKind: 2, Attempts: 3 });
  });

  it('leaves no process and no lock behind when closed', async () => {
    const scene = await setScene();
    const holder = await scene.openAsHolder();

    await Promise.all([holder.close(), holder.close()]);

    expect(await findServersOn(scene.stateFolder.databaseFile)).toEqual([]);
    await expect(readFile(scene.stateFolder.lockFile)).rejects.toThrow('ENOENT');
  });

  it('goes on with the same data at the same address', async () => {
    const scene = await setScene();
    const first = await scene.openAsHolder();
    await leaveWorkflow(first.address, 'eval/demo-1');
    await first.close();

    const second = await scene.openAsHolder();

    expect(second.address).toBe(first.address);
    expect(second.uiUrl).toBe(first.uiUrl);
    expect(await statusOf(second.address, 'eval/demo-1')).toBe('RUNNING');
  });

  it('lets a second opener join the first and tells it what the first knows', async () => {
    const scene = await setScene();
    const first = await scene.openAsHolder({ ARK_API_KEY: 'secret' });

    const second = await scene.open();

    expect(second).toMatchObject({ role: 'joiner', address: first.address, uiUrl: first.uiUrl });
    const lock = await readFile(scene.stateFolder.lockFile, 'utf8');
    expect(JSON.parse(lock)).toMatchObject({
      pid: process.pid,
      state: 'serving',
      binary: temporalBinary,
      environmentNames: expect.arrayContaining(['ARK_API_KEY']) as unknown,
    });
    expect(lock).not.toContain('secret');
  });

  it('refuses a database that another version made, and says how to go on', async () => {
    const scene = await setScene();
    await (await scene.openAsHolder()).close();
    const { serverRecordFile, lockFile } = scene.stateFolder;
    const record = JSON.parse(await readFile(serverRecordFile, 'utf8')) as {
      createdBy: { serverVersion: string };
    };
    record.createdBy.serverVersion = '1.31.2';
    await writeFile(serverRecordFile, JSON.stringify(record));

    const opening = scene.open();

    await expect(opening).rejects.toMatchObject({ name: 'EnvironmentError' });
    await expect(opening).rejects.toThrow(
      /was made by Temporal CLI .* \(server 1\.31\.2\).*VIDEOQA_TEMPORAL_CLI=.*VIDEOQA_HOME/s,
    );
    await expect(readFile(lockFile)).rejects.toThrow('ENOENT');
  });
});

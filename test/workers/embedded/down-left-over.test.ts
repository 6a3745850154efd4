import { describe, expect, it, vi } from 'vitest';
import { downLeftOver } from '../../../workers/embedded/down-left-over.ts';
import { readHolder } from '../../../workers/embedded/holder-record.ts';
import { findServersOn } from '../../../workers/embedded/running-servers.ts';
import { watchHolder } from '../../../workers/embedded/watch-holder.ts';
import { temporalBinary } from '../../support/temporal-binary.ts';
import { setScene } from './embedded-scene.ts';

describe.skipIf(!temporalBinary)('downLeftOver', { timeout: 180_000 }, () => {
  it('says so when nothing runs', async () => {
    const { stateFolder } = await setScene();

    expect(await downLeftOver(stateFolder)).toMatchObject({ action: 'nothing' });
    expect(await readHolder(stateFolder.lockFile)).toBeNull();
  });

  it('stops a server whose holder was killed', async () => {
    const scene = await setScene();
    const holder = scene.openElsewhere();
    await holder.opened;
    const serverPid = await scene.serverPid();
    process.kill(holder.pid, 'SIGKILL');
    await holder.ended;

    const result = await downLeftOver(scene.stateFolder);

    expect(result.action).toBe('server-stopped');
    expect(result.message).toContain(String(serverPid));
    expect(await findServersOn(scene.stateFolder.databaseFile)).toEqual([]);
  });

  it('asks a living holder to end, and waits until it has', async () => {
    const scene = await setScene();
    const holder = scene.openElsewhere();
    await holder.opened;

    const result = await downLeftOver(scene.stateFolder);

    expect(result.action).toBe('holder-stopped');
    expect(result.message).toContain(String(holder.pid));
    expect(await holder.ended).toMatchObject({ exitCode: 0 });
    expect(await findServersOn(scene.stateFolder.databaseFile)).toEqual([]);
  });

  it('does not kill a holder that takes its time', async () => {
    const scene = await setScene();
    await scene.openAsHolder();
    const stillFinishing = vi.fn();
    process.on('SIGTERM', stillFinishing);

    const result = await downLeftOver(scene.stateFolder, 0);

    await vi.waitFor(() => expect(stillFinishing).toHaveBeenCalledOnce(), { timeout: 30_000 });
    process.off('SIGTERM', stillFinishing);
    expect(result.action).toBe('holder-asked');
    expect(result.message).toContain(`kill -9 ${process.pid}`);
  });
});

describe.skipIf(!temporalBinary)('watchHolder', { timeout: 180_000 }, () => {
  it('tells a joiner when the holder was killed', async () => {
    const scene = await setScene();
    const holder = scene.openElsewhere();
    await holder.opened;
    const joined = await scene.open();
    if (joined.role !== 'joiner') throw new Error('nobody to join');
    const gone = new Promise<void>((resolve) => {
      watchHolder(scene.stateFolder.lockFile, joined.holder, resolve);
    });

    process.kill(holder.pid, 'SIGKILL');

    await expect(gone).resolves.toBeUndefined();
  });

  it('tells a joiner when the holder let go', async () => {
    const scene = await setScene();
    const holder = await scene.openAsHolder();
    const joined = await scene.open();
    if (joined.role !== 'joiner') throw new Error('nobody to join');
    const gone = new Promise<void>((resolve) => {
      watchHolder(scene.stateFolder.lockFile, joined.holder, resolve);
    });

    await holder.close();

    await expect(gone).resolves.toBeUndefined();
  });
});

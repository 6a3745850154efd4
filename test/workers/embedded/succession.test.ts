import { access, chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readHolder } from '../../../workers/embedded/holder-record.ts';
import { findServersOn } from '../../../workers/embedded/running-servers.ts';
import { stopProcessGroup } from '../../../workers/embedded/stop-process-group.ts';
import { temporalBinary } from '../../support/temporal-binary.ts';
import { eventually, leaveWorkflow, setScene, statusOf } from './embedded-scene.ts';

describe.skipIf(!temporalBinary)('when the holder is killed', { timeout: 240_000 }, () => {
  it('the next opener keeps the server that still answers', async () => {
    const scene = await setScene();
    const holder = scene.openElsewhere();
    const { address } = await holder.opened;
    await leaveWorkflow(address, 'eval/demo-1');
    const serverPid = await scene.serverPid();
    process.kill(holder.pid, 'SIGKILL');
    await holder.ended;

    const next = await scene.openAsHolder();

    expect(next.address).toBe(address);
    expect(await scene.serverPid()).toBe(serverPid);
    expect(await findServersOn(scene.stateFolder.databaseFile)).toMatchObject([{ pid: serverPid }]);
    expect(await statusOf(address, 'eval/demo-1')).toBe('RUNNING');
  });

  it('an adopted server is started again when it dies, and stopped on closing', async () => {
    const scene = await setScene();
    const holder = scene.openElsewhere();
    const { address } = await holder.opened;
    process.kill(holder.pid, 'SIGKILL');
    await holder.ended;
    const next = await scene.openAsHolder();
    const adoptedPid = await scene.serverPid();

    process.kill(adoptedPid, 'SIGKILL');

    await eventually(async () => (await scene.serverPid()) !== adoptedPid);
    expect(await statusOf(address, 'none')).toMatch(/not found/i);
    await next.close();
    expect(await findServersOn(scene.stateFolder.databaseFile)).toEqual([]);
  });

  it('together with its server, the next opener starts a new one on the same data', async () => {
    const scene = await setScene();
    const holder = scene.openElsewhere();
    const { address } = await holder.opened;
    await leaveWorkflow(address, 'eval/demo-1');
    process.kill(holder.pid, 'SIGKILL');
    process.kill(await scene.serverPid(), 'SIGKILL');
    await holder.ended;

    const next = await scene.openAsHolder();

    expect(next.address).toBe(address);
    expect(await statusOf(address, 'eval/demo-1')).toBe('RUNNING');
  });

  it('of several openers at once, one follows and the others join it', async () => {
    const scene = await setScene();
    const holder = scene.openElsewhere();
    await holder.opened;
    process.kill(holder.pid, 'SIGKILL');
    await holder.ended;

    const openers = [scene.openElsewhere(), scene.openElsewhere(), scene.openElsewhere()];
    const opened = await Promise.all(openers.map((opener) => opener.opened));

    expect(opened.map(({ role }) => role).toSorted()).toEqual(['holder', 'joiner', 'joiner']);
    expect(new Set(opened.map(({ address }) => address)).size).toBe(1);
    expect(await findServersOn(scene.stateFolder.databaseFile)).toHaveLength(1);
  });

  it('in the first second of the first start, with its server, the next start works', async () => {
    const scene = await setScene();
    const { databaseFile } = scene.stateFolder;
    const holder = scene.openElsewhere();
    const [server] = await eventually(async () => {
      const servers = await findServersOn(databaseFile);
      return servers.length > 0 && servers;
    });
    process.kill(holder.pid, 'SIGKILL');
    if (server) await stopProcessGroup(server, 0);
    await holder.ended;

    const next = await scene.openAsHolder();

    await leaveWorkflow(next.address, 'eval/demo-1');
    expect(await statusOf(next.address, 'eval/demo-1')).toBe('RUNNING');
  });

  it('during a first start that hangs, its server is stopped and its database moved aside', async () => {
    const scene = await setScene();
    const { databaseFile, lockFile, path } = scene.stateFolder;
    const hanging = await writeHangingCli(join(path, 'cli'), databaseFile);
    const holder = scene.openElsewhere({ VIDEOQA_TEMPORAL_CLI: hanging });
    await eventually(() => exists(databaseFile));
    process.kill(holder.pid, 'SIGKILL');
    await holder.ended;

    const next = await scene.openAsHolder();

    await leaveWorkflow(next.address, 'eval/demo-1');
    expect(await findServersOn(databaseFile)).toHaveLength(1);
    expect(await readHolder(lockFile)).toMatchObject({ pid: process.pid, state: 'serving' });
    expect(await readdir(path)).toContain('temporal.db.incomplete-1');
  });
});

describe.skipIf(!temporalBinary)('two openers of a new folder', { timeout: 180_000 }, () => {
  it('become one holder and one joiner of the same server', async () => {
    const scene = await setScene();

    const opened = await Promise.all([scene.openElsewhere().opened, scene.open()]);

    expect(opened.map(({ role }) => role).toSorted()).toEqual(['holder', 'joiner']);
    expect(opened[0].address).toBe(opened[1].address);
    expect(await findServersOn(scene.stateFolder.databaseFile)).toHaveLength(1);
  });
});

/** A CLI whose server makes an empty database file, which no server can open, and goes no further. */
async function writeHangingCli(path: string, databaseFile: string): Promise<string> {
  const version = 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)';
  await writeFile(
    path,
    `#!/bin/sh\nif [ "$1" = --version ]; then echo "${version}"; exit; fi\n` +
      `: > "${databaseFile}"\nwhile :; do sleep 1; done\n`,
  );
  await chmod(path, 0o755);
  return path;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

import { chmod, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findServersOn } from '../../../workers/embedded/running-servers.ts';
import { temporalBinary } from '../../support/temporal-binary.ts';
import { eventually, leaveWorkflow, setScene, statusOf, type Scene } from './embedded-scene.ts';

describe.skipIf(!temporalBinary)('a server under its holder', { timeout: 180_000 }, () => {
  it('is started again at the same address with its data when it is killed', async () => {
    const scene = await setScene();
    const { address } = await scene.openAsHolder();
    await leaveWorkflow(address, 'eval/demo-1');
    const firstPid = await scene.serverPid();

    process.kill(firstPid, 'SIGKILL');

    const secondPid = await eventually(async () => {
      const pid = await scene.serverPid();
      return pid !== firstPid && pid;
    });
    expect(await statusOf(address, 'eval/demo-1')).toBe('RUNNING');
    expect(await findServersOn(scene.stateFolder.databaseFile)).toMatchObject([{ pid: secondPid }]);
  });

  it('is given up after three starts in a row that do not come up', async () => {
    const scene = await setScene();
    const binary = join(scene.stateFolder.path, 'cli');
    await symlink(temporalBinary ?? '', binary);
    const holder = await scene.openAsHolder({ VIDEOQA_TEMPORAL_CLI: binary });
    const fatal = new Promise((resolve) => {
      holder.onFatal(resolve);
    });

    await rm(binary);
    await writeFailingCli(binary);
    process.kill(await scene.serverPid(), 'SIGKILL');

    expect(await fatal).toMatchObject({ name: 'EnvironmentError' });
    expect(failedStarts(scene)).toBe(3);
  });

  it('that never comes up is an error with its last words, and the folder is free again', async () => {
    const scene = await setScene();
    const binary = join(scene.stateFolder.path, 'cli');
    await writeFailingCli(binary);

    await expect(scene.open({ VIDEOQA_TEMPORAL_CLI: binary })).rejects.toThrow(
      /3 starts in a row.*no disk today.*tail -n 20/s,
    );

    expect(failedStarts(scene)).toBe(3);
    await expect(scene.openAsHolder()).resolves.toMatchObject({ role: 'holder' });
  });

  it('is not started again by a holder that is closing', async () => {
    const scene = await setScene();
    const holder = await scene.openAsHolder();

    process.kill(await scene.serverPid(), 'SIGKILL');
    await holder.close();

    expect(await findServersOn(scene.stateFolder.databaseFile)).toEqual([]);
  });
});

function failedStarts({ progress }: Scene): number {
  return progress.filter((line) => /^Start \d of 3 .* failed/.test(line)).length;
}

async function writeFailingCli(path: string): Promise<void> {
  await writeFile(
    path,
    '#!/bin/sh\n' +
      'if [ "$1" = --version ]; then echo "temporal version 1.5.1 (Server 1.29.1, UI 2)"; exit; fi\n' +
      'echo "no disk today" >&2; exit 1\n',
  );
  await chmod(path, 0o755);
}

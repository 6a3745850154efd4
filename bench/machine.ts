import { readFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Where a figure was measured and with what. */
export type Machine = {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  /** Of the minute before the measurement; other work on the machine spoils it. */
  readonly loadBefore: number;
  readonly node: string;
  readonly temporalSdk: string;
  readonly temporalCli: string;
  readonly temporalServer: string;
};

/** Describes this machine, before anything is measured. */
export async function describeMachine(server: {
  readonly cliVersion: string;
  readonly serverVersion: string;
}): Promise<Machine> {
  const [first, ...others] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: others.length + 1,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    platform: `${process.platform} ${process.arch}`,
    loadBefore: loadavg()[0] ?? NaN,
    node: process.version,
    temporalSdk: await sdkVersion(),
    temporalCli: server.cliVersion,
    temporalServer: server.serverVersion,
  };
}

async function sdkVersion(): Promise<string> {
  const manifest = new URL('../package.json', import.meta.resolve('@temporalio/worker'));
  const { version } = JSON.parse(await readFile(fileURLToPath(manifest), 'utf8')) as {
    version: string;
  };
  return version;
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../cli/doctor/check.ts';
import { e2eObstacle, makeHome, runCli, startCli, until } from '../support/e2e-cli.ts';
import { drawDataset, writeConfig } from '../support/e2e-evaluation.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';

type Report = { readonly ok: boolean; readonly findings: readonly Finding[] };

describe.skipIf(e2eObstacle !== null)('doctor', () => {
  let folder: string;
  let provider: RemoteProvider;
  let home: string;
  let remove: () => Promise<void>;
  const named = (report: Report, check: string) =>
    report.findings.filter((found) => found.check === check);
  /** What is broken, but for what other processes do to this machine at the moment. */
  const brokenIn = (report: Report) =>
    report.findings.filter(({ ok, check }) => !ok && check !== 'event loop');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'videoqa-doctor-'));
    provider = await startRemoteProvider(folder);
    ({ home, remove } = await makeHome());
  });
  afterAll(async () => {
    await remove();
    await provider.close();
    await rm(folder, { recursive: true, force: true });
  });

  const examine = async (args: readonly string[], environment = {}) => {
    const end = await runCli(['doctor', '--json', ...args], { home, environment });
    return { code: end.code, report: JSON.parse(end.stdout) as Report };
  };
  const configFor = async (providerUrl: string) =>
    writeConfig(join(folder, 'run.yaml'), {
      name: 'examined',
      dataset: await drawDataset(10),
      items: 10,
      providerUrl,
      strategy: 'imagined-keyframes',
    });

  it('passes at least 25 checks on a fresh state folder', async () => {
    const { code, report } = await examine([]);

    expect(brokenIn(report)).toEqual([]);
    expect(report.findings.length).toBeGreaterThanOrEqual(25);
    expect(code).toBe(report.ok ? 0 : 3);
  }, 60_000);

  it('looks at what a configuration names, and pays nothing for it', async () => {
    const { report } = await examine(['--config', await configFor(provider.url)]);

    for (const check of ['dataset', 'media', 'run size', 'provider', 'clock', 'prices', 'budget'])
      expect(named(report, check)).toMatchObject([{ ok: true }]);
    expect((await provider.totals()).requests).toBe(0);
  }, 60_000);

  it('names each thing that is wrong, with one line that mends it', async () => {
    const config = await configFor('http://127.0.0.1:9');
    const { code, report } = await examine(['--config', config], {
      VIDEOQA_METRICS: new URL(provider.url).host,
      VIDEOQA_LOG_LEVEL: 'loud',
      https_proxy: 'http://127.0.0.1:3128',
    });

    const failed = brokenIn(report);
    expect(failed.map(({ check }) => check).toSorted()).toEqual(
      ['log level', 'metrics', 'provider', 'proxy'].toSorted(),
    );
    for (const { fix } of failed) expect(fix).toMatch(/^[^\n]+$/);
    expect(code).toBe(3);
  }, 60_000);

  it('looks at the server that works here: retention, attributes, pollers', async () => {
    const worker = startCli(['up'], { home });
    await until('the server is up', () => worker.said().includes('Runs are shown'));
    const { report } = await examine([]);
    worker.kill('SIGTERM');
    await worker.ended;

    for (const check of ['workers', 'retention', 'search attributes', 'server clock'])
      expect(named(report, check)).toMatchObject([{ ok: true }]);
  }, 60_000);
});

import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../domain/summary.ts';
import { e2eObstacle, makeHome, runCli } from '../support/e2e-cli.ts';
import { drawDataset, writeConfig } from '../support/e2e-evaluation.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';

describe.skipIf(e2eObstacle !== null)('the same command again', { timeout: 180_000 }, () => {
  let home: string;
  let remove: () => Promise<void>;
  let provider: RemoteProvider;

  beforeEach(async () => {
    ({ home, remove } = await makeHome());
    await mkdir(home, { mode: 0o700 });
    provider = await startRemoteProvider(dirname(home));
  });
  afterEach(async () => {
    await remove();
    await provider.close();
  });

  const configure = async (temperature?: number): Promise<string> =>
    writeConfig(join(dirname(home), 'run.yaml'), {
      name: 'again',
      dataset: await drawDataset(30),
      items: 5,
      providerUrl: provider.url,
      strategy: 'uniform',
      ...(temperature !== undefined && { temperature }),
    });
  const run = async (config: string, ...flags: string[]) => {
    const end = await runCli(['run', config, '--json', ...flags], { home });
    const summary = end.stdout === '' ? null : (JSON.parse(end.stdout) as RunSummary);
    return { ...end, summary };
  };

  it('prints the summary of a completed run and pays for nothing (D10)', async () => {
    const config = await configure();
    const first = await run(config);
    const { requests } = await provider.totals();

    const second = await run(config);

    expect([first.code, second.code]).toEqual([0, 0]);
    expect(second.summary?.runId).toBe(first.summary?.runId);
    expect(second.summary?.counts).toEqual(first.summary?.counts);
    expect(second.summary?.usage).toEqual(first.summary?.usage);
    expect((await provider.totals()).requests).toBe(requests);
  });

  it('goes on after a refused key, without retry', async () => {
    const config = await configure();
    await provider.setFaults({ rate: 1, kinds: ['auth'] });
    const stopped = await run(config);
    await provider.setFaults({ rate: 0 });

    const mended = await run(config);

    expect(stopped.code).toBe(6);
    expect(stopped.summary).toMatchObject({ state: 'stopped', stopReason: 'provider' });
    expect(mended.code).toBe(0);
    expect(mended.summary?.runId).toBe(stopped.summary?.runId);
    expect(mended.summary?.counts.answered).toBe(5);
  });

  it('names a new run when the configuration changed, and says in what', async () => {
    const first = await run(await configure());

    const changed = await run(await configure(0.5));

    expect(changed.code).toBe(0);
    expect(changed.summary?.runId).not.toBe(first.summary?.runId);
    expect(changed.stderr).toContain(`differs from ${first.summary?.runId}`);
    expect(changed.stderr).toContain('temperature');
  });

  it('is refused for a run of another identity, with the difference', async () => {
    const first = await run(await configure());
    const { requests } = await provider.totals();

    const refused = await run(await configure(0.5), '--run', first.summary!.runId);

    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('temperature');
    expect((await provider.totals()).requests).toBe(requests);
  });
});

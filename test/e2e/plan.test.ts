import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toNanoUsd } from '../../domain/money/money.ts';
import type { RunSummary } from '../../domain/summary.ts';
import type { RunEstimate } from '../../results/estimate.ts';
import { e2eObstacle, makeHome, runCli } from '../support/e2e-cli.ts';
import { drawDataset, writeConfig } from '../support/e2e-evaluation.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';

const items = 60;

describe.skipIf(e2eObstacle !== null)('a pilot before the run', () => {
  let provider: RemoteProvider;
  let place: Awaited<ReturnType<typeof makeHome>>;
  let config: string;
  beforeAll(async () => {
    place = await makeHome();
    const folder = dirname(place.home);
    await mkdir(place.home, { mode: 0o700 });
    provider = await startRemoteProvider(folder);
    config = await writeConfig(join(folder, 'run.yaml'), {
      name: 'planned',
      dataset: await drawDataset(items),
      items,
      providerUrl: provider.url,
      strategy: 'imagined-keyframes',
    });
  }, 120_000);
  afterAll(async () => {
    await place.remove();
    await provider.close();
  });
  const plan = async (...more: string[]) => {
    const { code, stdout, stderr } = await runCli(['plan', config, '--json', ...more], place);
    if (stdout === '') throw new Error(stderr);
    const read = JSON.parse(stdout) as { estimate: RunEstimate; run: RunSummary | null };
    return { code, ...read, billUsd: (await provider.totals()).costUsd };
  };

  it('foretells the bill within 15 %, starts nothing unasked, and is not paid for again (B10)', async () => {
    const pilot = await plan();
    expect(pilot).toMatchObject({ code: 0, run: null, estimate: { pilotItems: 20, items } });
    const { total, ci95 } = pilot.estimate.costUsd!;
    expect(pilot.estimate.seconds).toBeGreaterThan(0);

    const whole = await plan('--yes');

    expect(whole.run).toMatchObject({ state: 'completed', counts: { scheduled: items } });
    expect(Math.abs(total / whole.run!.usage.list_usd! - 1)).toBeLessThan(0.15);
    expect(ci95![0]).toBeLessThan(total);
    // The pilot's part of the bill was paid once.
    const paidUsd = pilot.billUsd + whole.run!.usage.paid_usd!;
    expect(toNanoUsd(whole.billUsd)).toBe(toNanoUsd(paidUsd));
    expect(whole.run!.usage.cached_calls).toBeGreaterThanOrEqual(3 * 20);
  }, 300_000);
});

import { dirname, join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import type { Row } from '../../domain/row.ts';
import type { RunSummary } from '../../domain/summary.ts';
import type { BillTotals } from '../../simulator/server/bill.ts';
import type { FaultKind } from '../../simulator/server/provider-settings.ts';
import { makeHome, runCli } from '../support/e2e-cli.ts';
import { drawDataset, writeConfig } from '../support/e2e-evaluation.ts';
import { startRemoteProvider } from '../support/e2e-provider.ts';
import { readRun, type RunState } from '../support/e2e-state.ts';

/** Failure classes that sending the same request again can heal. */
export const transientClasses = ['timeout', 'rate_limited', 'provider_error', 'bad_envelope'];

export type FaultRunOptions = {
  readonly items: number;
  readonly rate: number;
  readonly kinds: readonly FaultKind[];
  /** Turns the faults off afterwards and retries each transient class. */
  readonly heal: boolean;
};

/** How things stand at the end of a drive. */
export type Stage = {
  readonly exitCode: number | null;
  readonly summary: RunSummary;
  readonly state: RunState;
  readonly bill: BillTotals;
};

export type FaultRun = {
  readonly faulty: Stage;
  /** After the last `retry`; null when nothing was to be healed. */
  readonly healed: Stage | null;
  readonly retried: readonly string[];
};

/** Runs imagined key frames against a provider of its own that misbehaves at the given rate. */
export async function faultRun(options: FaultRunOptions): Promise<FaultRun> {
  const { items, rate, kinds, heal } = options;
  const { home, remove } = await makeHome();
  const folder = dirname(home);
  await mkdir(home, { mode: 0o700 });
  const provider = await startRemoteProvider(folder);
  try {
    const config = await writeConfig(join(folder, 'run.yaml'), {
      name: 'faults',
      dataset: await drawDataset(items),
      items,
      providerUrl: provider.url,
      strategy: 'imagined-keyframes',
      // A hang costs its deadline; few attempts, so that some transient failures are left to retry.
      calls: { timeoutS: kinds.includes('hang') ? 5 : 60, maxAttempts: 2 },
    });
    await provider.setFaults({ rate, kinds: [...kinds], retryAfterS: 1 });
    const end = async (args: readonly string[]): Promise<Stage> => {
      const { code, stdout, stderr } = await runCli([...args, '--json'], { home });
      if (stdout === '') throw new Error(stderr);
      const { runId } = JSON.parse(stdout) as RunSummary;
      const status = await runCli(['status', runId, '--json'], { home });
      return {
        exitCode: code,
        summary: JSON.parse(status.stdout) as RunSummary,
        state: await readRun(home, runId),
        bill: await provider.totals(),
      };
    };
    const faulty = await end(['run', config]);
    if (!heal) return { faulty, healed: null, retried: [] };
    await provider.setFaults({ rate: 0 });
    const retried = transientClasses.filter((name) => name in faulty.summary.failures);
    let healed: Stage | null = null;
    for (const name of retried) {
      healed = await end(['retry', faulty.summary.runId, '--class', name]);
    }
    return { faulty, healed, retried };
  } finally {
    await remove();
    await provider.close();
  }
}

/** Items answered in both runs without falling back to the reference frame, and those whose answer differs. */
export function compareAnswers(
  clean: readonly Row[],
  other: readonly Row[],
): { readonly compared: number; readonly different: readonly string[] } {
  const answers = new Map(clean.filter(isComparable).map((row) => [row.item_id, row.answer]));
  const both = other.filter((row) => isComparable(row) && answers.has(row.item_id));
  const different = both.filter((row) => answers.get(row.item_id) !== row.answer);
  return { compared: both.length, different: different.map(({ item_id }) => item_id) };
}

function isComparable({ outcome, degraded }: Row): boolean {
  return outcome === 'answered' && !degraded;
}

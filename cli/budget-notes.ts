import { warnedShare } from '../domain/money/budget-gate.ts';
import type { CallStore, Spending } from '../domain/stores/call-store.ts';
import { printNote } from './output.ts';
import { dollars, percent } from './render/numbers.ts';

/** Says once per cap that most of it is spent; to be asked again and again while a run is at work. */
export function watchBudget(calls: Pick<CallStore, 'spending'>, runId: string) {
  const told = new Set<string>();
  return {
    async look(): Promise<void> {
      for (const spending of await calls.spending(runId)) {
        const { account, capUsd, counted, warnedAt } = spending;
        const name = `${account ?? ''} ${capUsd}`;
        if (capUsd === null || told.has(name)) continue;
        // Another run may have spent it: then no call of this one brought the account there.
        if (warnedAt === null && counted.settledUsd < capUsd * warnedShare) continue;
        told.add(name);
        const spent = `${percent(counted.settledUsd / capUsd)} of ${dollars(capUsd)}`;
        printNote(`warning: ${runId}: spent ${spent}, ${whose(spending)}`);
      }
    },
  };
}

/** Why a run stopped by its budget did, and how it goes on. */
export async function noteBudgetStop(
  calls: Pick<CallStore, 'spending'>,
  runId: string,
): Promise<void> {
  const capped = (await calls.spending(runId)).filter(({ capUsd }) => capUsd !== null);
  for (const spending of capped) {
    const { counted, capUsd } = spending;
    const { settledUsd, openUsd } = counted;
    printNote(
      `${runId}: ${dollars(settledUsd)} settled and at most ${dollars(openUsd)} open of ` +
        `${dollars(capUsd)}, ${whose(spending)}`,
    );
  }
  printNote(
    `${runId} was stopped: the next item does not fit. Raise run.budgetUsd or models.*.budgetUsd ` +
      'and give the same command again; it goes on with the skipped items and pays nothing twice.',
  );
}

function whose({ account }: Spending): string {
  return account === null
    ? 'the budget of the run'
    : `the budget of account ${account} over all runs`;
}

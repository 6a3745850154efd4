import { sql } from 'kysely';
import type { CallSpend } from '../../domain/stores/audit-store.ts';
import { fromNanoUsd } from '../../domain/money/money.ts';
import type { Connection } from './schema.ts';
import { allRuns, contributionOf, wholeRun } from './spend-totals.ts';

const callsPerPage = 2000;

/** What the calls of a run come to, added up one by one. */
export async function spendOfCalls(db: Connection, runId: string): Promise<CallSpend> {
  const sum = { calls: 0, settledNano: 0, openNano: 0, duplicateNano: 0 };
  let after = -1;
  for (;;) {
    const page = await db
      .selectFrom('calls')
      .select(['call_id', 'state', 'max_price_usd', 'price_usd', 'is_duplicate'])
      .where('run_id', '=', runId)
      .where('call_id', '>', after)
      .orderBy('call_id')
      .limit(callsPerPage)
      .execute();
    for (const call of page) {
      const { settledNano, openNano, duplicateNano } = contributionOf(call);
      sum.calls += 1;
      sum.settledNano += settledNano;
      sum.openNano += openNano;
      sum.duplicateNano += duplicateNano;
    }
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.call_id;
  }
  return {
    calls: sum.calls,
    settledUsd: fromNanoUsd(sum.settledNano),
    openUsd: fromNanoUsd(sum.openNano),
    duplicateUsd: fromNanoUsd(sum.duplicateNano),
  };
}

/** Accounts whose row over all runs is not the sum of the rows of their runs. */
export async function accountsAstray(db: Connection): Promise<string[]> {
  const beyond = (column: 'calls' | 'settled_nano' | 'open_nano' | 'held_nano') =>
    sql<number>`sum(case when run_id = ${allRuns} then -${sql.ref(column)} else ${sql.ref(column)} end)`;
  const astray = await db
    .selectFrom('spend_totals')
    .select('account')
    .where('account', '<>', wholeRun)
    .groupBy('account')
    .having((row) =>
      row.or([
        row(beyond('calls'), '<>', 0),
        row(beyond('settled_nano'), '<>', 0),
        row(beyond('open_nano'), '<>', 0),
        row(beyond('held_nano'), '<>', 0),
      ]),
    )
    .execute();
  return astray.map(({ account }) => account);
}

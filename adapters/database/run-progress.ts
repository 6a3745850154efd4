import { sql } from 'kysely';
import type { SqlBool } from 'kysely';
import type { FailureClass, Outcome } from '../../domain/outcome.ts';
import type { RunStore } from '../../domain/stores/run-store.ts';
import type { RunCounts } from '../../domain/summary.ts';
import { type Counted, readCounted } from './run-counters.ts';
import type { Connection, OpenTransaction } from './schema.ts';
import { readTallies } from './video-tallies.ts';

type RunProgress = Pick<
  RunStore,
  'counts' | 'failures' | 'unclassifiedCalls' | 'tallies' | 'recentEnds' | 'stepRates'
>;

/** How far a run is, from counters: as quick at the end of a run as at its start. */
export function createRunProgress(db: Connection): RunProgress {
  return {
    counts: (runId) =>
      db
        .transaction()
        .setAccessMode('read only')
        .execute((trx) => countItems(trx, runId)),

    async failures(runId) {
      const failures: Partial<Record<FailureClass, number>> = {};
      for (const { outcome, failureClass, items } of await readCounted(db, runId)) {
        if (outcome !== 'failed') continue;
        const name = failureClass ?? 'unclassified';
        failures[name] = (failures[name] ?? 0) + items;
      }
      return failures;
    },

    async unclassifiedCalls(runId) {
      const { calls } = await db
        .selectFrom('calls')
        .select(({ fn }) => fn.countAll<number>().as('calls'))
        .where('run_id', '=', runId)
        .where('failure_class', '=', sql.lit('unclassified'))
        .executeTakeFirstOrThrow();
      return calls;
    },

    tallies: (runId) => readTallies(db, runId),

    async recentEnds(runId, seconds) {
      const { ends } = await db
        .selectFrom('items')
        .select(({ fn }) => fn.countAll<number>().as('ends'))
        .where('run_id', '=', runId)
        .where('ended_at', '>', Date.now() - seconds * 1000)
        .executeTakeFirstOrThrow();
      return (ends * 60) / seconds;
    },

    stepRates: (runId, since) =>
      db
        .selectFrom('step_records')
        .select(({ fn }) => ['step', fn.countAll<number>().as('finished')])
        .select(sql<number>`avg(finished_at - started_at)`.as('meanMs'))
        .where('run_id', '=', runId)
        .where('finished_at', '>=', since)
        .groupBy('step')
        .orderBy('step')
        .execute(),
  };
}

async function countItems(trx: OpenTransaction, runId: string): Promise<RunCounts> {
  const standings = await readCounted(trx, runId);
  const running = await countRunning(trx, runId);

  const sum = (counted: (group: Counted) => boolean) =>
    standings.filter(counted).reduce((items, group) => items + group.items, 0);
  const endedAs = (outcome: Outcome) => sum((group) => group.outcome === outcome);
  return {
    scheduled: sum(() => true),
    answered: endedAs('answered'),
    unparsed: endedAs('unparsed'),
    failed: endedAs('failed'),
    skipped: endedAs('skipped'),
    cancelled: endedAs('cancelled'),
    running,
    pending: sum((group) => group.outcome === null) - running,
    degraded: sum((group) => group.degraded === 1),
  };
}

/** Unfinished items of the open drive in which a step has begun; without an open drive none run. */
async function countRunning(trx: OpenTransaction, runId: string): Promise<number> {
  const { running } = await trx
    .selectFrom('items')
    .innerJoin('drives', (join) =>
      join
        .onRef('drives.run_id', '=', 'items.run_id')
        .onRef('drives.drive', '=', 'items.drive')
        .onRef('drives.drive', '=', 'items.started_drive'),
    )
    .select(({ fn }) => fn.countAll<number>().as('running'))
    .where('items.run_id', '=', runId)
    .where('items.outcome', 'is', null)
    .where(sql<SqlBool>`items.started_drive > 0`) // as the index items_running says it
    .where('drives.closed_at', 'is', null)
    .executeTakeFirstOrThrow();
  return running;
}

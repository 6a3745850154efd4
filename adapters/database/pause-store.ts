import { sql } from 'kysely';
import type { PauseStore } from '../../domain/stores/pause-store.ts';
import type { Connection } from './schema.ts';

/** Accounts that are paused, for all processes that share the database. */
export function createPauseStore(db: Connection): PauseStore {
  const pauses = () =>
    db
      .selectFrom('account_pauses')
      .select(['account', 'reason', 'paused_at as since', 'paused_until as until', 'probes']);
  return {
    async find(account) {
      return (await pauses().where('account', '=', account).executeTakeFirst()) ?? null;
    },
    list: () => pauses().orderBy('paused_at').execute(),

    async open({ account, reason, since, until }) {
      await db
        .insertInto('account_pauses')
        .values({ account, reason, paused_at: since, paused_until: until, probes: 0 })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },

    async claimProbe(account, { now, latest, until }) {
      const { numUpdatedRows } = await db
        .updateTable('account_pauses')
        .set({ paused_until: until })
        .where('account', '=', account)
        .where(({ or, eb }) => or([eb('paused_until', '<=', now), eb('paused_until', '>', latest)]))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async returnProbe(account, until, now) {
      await db
        .updateTable('account_pauses')
        .set({ paused_until: now })
        .where('account', '=', account)
        .where('paused_until', '=', until)
        .execute();
    },

    async extend(account, until) {
      await db
        .updateTable('account_pauses')
        .set({ paused_until: until, probes: sql<number>`probes + 1` })
        .where('account', '=', account)
        .execute();
    },

    async close(account) {
      await db.deleteFrom('account_pauses').where('account', '=', account).execute();
    },
  };
}

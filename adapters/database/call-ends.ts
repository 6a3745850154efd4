import type { CallStore } from '../../domain/stores/call-store.ts';
import type { Connection } from './schema.ts';

/** How calls ended, for whoever decides whether more should be made. */
export function createCallEnds(db: Connection): Pick<CallStore, 'lastEnds'> {
  return {
    async lastEnds(runId, account, most) {
      const ended = await db
        .selectFrom('calls')
        .select('failure_class')
        .where('run_id', '=', runId)
        .where('account', '=', account)
        .where('settled_at', 'is not', null)
        .orderBy('call_id', 'desc')
        .limit(most)
        .execute();
      return ended.map((call) => call.failure_class).toReversed();
    },
  };
}

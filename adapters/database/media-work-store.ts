import type { MediaWorkKey, MediaWorkStore } from '../../domain/stores/media-work-store.ts';
import type { Connection } from './schema.ts';

/** The store of work on media that may end its process. A row lives as long as the work does. */
export function createMediaWorkStore(db: Connection): MediaWorkStore {
  return {
    async find(key) {
      const found = await db
        .selectFrom('media_work')
        .select(['suspicion', 'open_in as openIn'])
        .where((work) => work.and(columnsOf(key)))
        .executeTakeFirst();
      return found ?? null;
    },
    async note(key, { suspicion, openIn }) {
      const state = { suspicion, open_in: openIn };
      await db
        .insertInto('media_work')
        .values({ ...columnsOf(key), ...state })
        .onConflict((conflict) =>
          conflict.columns(['owner_id', 'kind', 'subject']).doUpdateSet(state),
        )
        .execute();
    },
    async clear(key) {
      await db
        .deleteFrom('media_work')
        .where((work) => work.and(columnsOf(key)))
        .execute();
    },
  };
}

function columnsOf({ ownerId, kind, subject }: MediaWorkKey) {
  return { owner_id: ownerId, kind, subject };
}

import type { CutKey, MediaKind, MediaStore } from '../../domain/stores/media-store.ts';
import type { Connection } from './schema.ts';

/** The media store. Frames: insert or nothing, then read, so that every writer learns which count. */
export function createMediaStore(db: Connection): MediaStore {
  return { ...createCuts(db), ...createOwnedMedia(db) };
}

function createCuts(db: Connection): Pick<MediaStore, 'findCut' | 'putCut'> {
  const findCut = async ({ videoSha256, extractKey }: CutKey) => {
    const found = await db
      .selectFrom('video_cuts')
      .select('manifest')
      .where('video_sha256', '=', videoSha256)
      .where('extract_key', '=', extractKey)
      .executeTakeFirst();
    return found?.manifest ?? null;
  };
  return {
    findCut,
    async putCut(key, manifest) {
      await db
        .insertInto('video_cuts')
        .values({ video_sha256: key.videoSha256, extract_key: key.extractKey, manifest })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return (await findCut(key)) ?? manifest;
    },
  };
}

function createOwnedMedia(db: Connection): Omit<MediaStore, 'findCut' | 'putCut'> {
  const findOwned = async (ownerId: string, videoId: string, kind: MediaKind) => {
    const found = await db
      .selectFrom('owned_media')
      .select('artifact')
      .where('owner_id', '=', ownerId)
      .where('video_id', '=', videoId)
      .where('kind', '=', kind)
      .executeTakeFirst();
    return found?.artifact ?? null;
  };
  return {
    findOwned,
    async countOwned(ownerId, kind) {
      const { count } = await db
        .selectFrom('owned_media')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('owner_id', '=', ownerId)
        .where('kind', '=', kind)
        .executeTakeFirstOrThrow();
      return count;
    },
    async keepFrames(ownerId, videoId, manifest) {
      await db
        .insertInto('owned_media')
        .values({ owner_id: ownerId, video_id: videoId, kind: 'frames', artifact: manifest })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return (await findOwned(ownerId, videoId, 'frames')) ?? manifest;
    },
    async setIndex(ownerId, videoId, artifact) {
      await db
        .insertInto('owned_media')
        .values({ owner_id: ownerId, video_id: videoId, kind: 'index', artifact })
        .onConflict((conflict) =>
          conflict.columns(['owner_id', 'video_id', 'kind']).doUpdateSet({ artifact }),
        )
        .execute();
    },
  };
}

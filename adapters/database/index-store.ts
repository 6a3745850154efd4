import type { IndexKey, IndexStore } from '../../domain/stores/index-store.ts';
import type { Connection } from './schema.ts';

/** The index store. Insert-or-nothing, then read: every writer learns which artifact counts. */
export function createIndexStore(db: Connection): IndexStore {
  const findIndex = async (key: IndexKey) => {
    const found = await db
      .selectFrom('video_indexes')
      .select('artifact')
      .where((index) => index.and(columnsOf(key)))
      .executeTakeFirst();
    return found?.artifact ?? null;
  };
  const findChunk = async (chunkKey: string) => {
    const found = await db
      .selectFrom('index_chunks')
      .select('artifact')
      .where('chunk_key', '=', chunkKey)
      .executeTakeFirst();
    return found?.artifact ?? null;
  };

  return {
    findIndex,
    async putIndex(key, artifact) {
      await db
        .insertInto('video_indexes')
        .values({ ...columnsOf(key), artifact })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return (await findIndex(key)) ?? artifact;
    },
    findChunk,
    async putChunk(chunkKey, artifact) {
      await db
        .insertInto('index_chunks')
        .values({ chunk_key: chunkKey, artifact })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      return (await findChunk(chunkKey)) ?? artifact;
    },
  };
}

function columnsOf(key: IndexKey) {
  return {
    dataset_id: key.datasetId,
    video_id: key.videoId,
    model_hash: key.modelHash,
    preprocessing_id: key.preprocessingId,
    frames_fingerprint: key.framesFingerprint,
  };
}

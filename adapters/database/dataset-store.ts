import type { DatasetStore } from '../../domain/stores/dataset-store.ts';
import { inChunks } from './in-chunks.ts';
import type { Connection } from './schema.ts';

/** Where the items of frozen datasets lie. */
export function createDatasetStore(db: Connection): DatasetStore {
  return {
    chunks: (datasetHash) =>
      db
        .selectFrom('dataset_chunks')
        .select(['first_place as firstPlace', 'artifact'])
        .where('dataset_hash', '=', datasetHash)
        .orderBy('first_place')
        .execute(),

    async noteChunks(datasetHash, chunks) {
      await db.transaction().execute(async (trx) => {
        for (const some of inChunks(chunks, 1_000)) {
          const rows = some.map(({ firstPlace, artifact }) => ({
            dataset_hash: datasetHash,
            first_place: firstPlace,
            artifact,
          }));
          await trx
            .insertInto('dataset_chunks')
            .values(rows)
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
      });
    },
  };
}

import type { RunItem, RunStore } from '../../domain/stores/run-store.ts';
import type { Connection } from './schema.ts';

type DriveItems = Pick<RunStore, 'position' | 'videoIds' | 'slice' | 'videosOfDrive'>;

/** Where the items of a run stand, and which of them are left in a drive. */
export function createDriveItems(db: Connection): DriveItems {
  return {
    async position(runId, itemId) {
      const place = await db
        .selectFrom('items')
        .select('position')
        .where('run_id', '=', runId)
        .where('item_id', '=', itemId)
        .orderBy('sample')
        .limit(1)
        .executeTakeFirst();
      return place?.position ?? null;
    },

    async videoIds(runId) {
      const videos = await db
        .selectFrom('items')
        .select('video_id')
        .where('run_id', '=', runId)
        .groupBy('video_id')
        .orderBy(({ fn }) => fn.min('position'))
        .execute();
      return videos.map((video) => video.video_id);
    },

    slice: (runId, drive, { from, to, limit }): Promise<RunItem[]> =>
      unfinishedItems(db, runId, drive)
        .select(['position', 'ordinal', 'item_id as itemId', 'sample'])
        .select(['workflow_key as workflowKey', 'video_id as videoId'])
        .where('position', '>=', from)
        .where('position', '<', to)
        .orderBy('position')
        .limit(limit)
        .execute(),

    async videosOfDrive(runId, drive) {
      const videos = await unfinishedItems(db, runId, drive)
        .where(({ exists }) => exists(openDrive(db, runId, drive)))
        .select(['video_id as videoId'])
        .select(({ fn }) => [
          fn.min('position').as('from'),
          fn.max('position').as('last'),
          fn.countAll<number>().as('items'),
        ])
        .groupBy('video_id')
        .orderBy('from')
        .execute();
      return videos.map(({ last, ...video }) => ({ ...video, to: last + 1 }));
    },
  };
}

function openDrive(db: Connection, runId: string, drive: number) {
  return db
    .selectFrom('drives')
    .select('drive')
    .where('run_id', '=', runId)
    .where('drive', '=', drive)
    .where('closed_at', 'is', null);
}

function unfinishedItems(db: Connection, runId: string, drive: number) {
  return db
    .selectFrom('items')
    .where('run_id', '=', runId)
    .where('drive', '=', drive)
    .where('outcome', 'is', null);
}

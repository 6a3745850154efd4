import type { RunItem, RunStore } from '../../domain/stores/run-store.ts';
import { fromJsonColumn } from './json-column.ts';
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
      const others = await db
        .selectFrom('items')
        .select('other_videos_json')
        .where('run_id', '=', runId)
        .where('other_videos_json', 'is not', null)
        .orderBy('position')
        .execute();
      const ids = [...videos.map((video) => video.video_id), ...others.flatMap(othersOf)];
      return [...new Set(ids)];
    },

    slice: (runId, drive, range) => sliceOfDrive(db, runId, drive, range),

    videosOfDrive: (runId, drive) => videosOfDrive(db, runId, drive),
  };
}

async function sliceOfDrive(
  db: Connection,
  runId: string,
  drive: number,
  { from, to, limit }: Parameters<DriveItems['slice']>[2],
): Promise<RunItem[]> {
  const items = await unfinishedItems(db, runId, drive)
    .select(['position', 'ordinal', 'item_id as itemId', 'sample'])
    .select(['workflow_key as workflowKey', 'video_id as videoId', 'other_videos_json'])
    .where('position', '>=', from)
    .where('position', '<', to)
    .orderBy('position')
    .limit(limit)
    .execute();
  return items.map(({ other_videos_json, ...item }): RunItem =>
    other_videos_json === null ? item : { ...item, otherVideoIds: othersOf({ other_videos_json }) },
  );
}

async function videosOfDrive(
  db: Connection,
  runId: string,
  drive: number,
): ReturnType<DriveItems['videosOfDrive']> {
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
  const others = await othersByVideo(db, runId, drive);
  return videos.map(({ last, ...video }) => {
    const otherVideos = others.get(video.videoId)?.size;
    return { ...video, to: last + 1, ...(otherVideos !== undefined && { otherVideos }) };
  });
}

/** The other videos of the unfinished items of each first video that have any. */
async function othersByVideo(
  db: Connection,
  runId: string,
  drive: number,
): Promise<Map<string, Set<string>>> {
  const found = await unfinishedItems(db, runId, drive)
    .select(['video_id', 'other_videos_json'])
    .where('other_videos_json', 'is not', null)
    .execute();
  const others = new Map<string, Set<string>>();
  for (const item of found) {
    const known = others.get(item.video_id) ?? new Set();
    for (const videoId of othersOf(item)) known.add(videoId);
    others.set(item.video_id, known);
  }
  return others;
}

type OtherVideos = { readonly other_videos_json: string | null };

const othersOf = ({ other_videos_json: text }: OtherVideos): string[] =>
  text === null ? [] : (fromJsonColumn(text, 'the list of videos of an item') as string[]);

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

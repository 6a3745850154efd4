import type { Migration } from './migration.ts';

/** The videos of an item beyond its first. */
export const severalVideosTables: Migration = {
  version: 5,
  name: 'several-videos',
  statements: [
    `alter table items add column other_videos_json text`,
    `create index items_of_several_videos on items (run_id) where other_videos_json is not null`,
  ],
};

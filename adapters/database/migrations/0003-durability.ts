import type { Migration } from './migration.ts';

/** What a person changed while a run was at work, and why. */
export const durabilityTables: Migration = {
  version: 3,
  name: 'durability',
  statements: [
    `create table run_changes (
      change_id integer primary key autoincrement, run_id text not null, changed_at integer not null,
      setting text not null, before_json text, after_json text, reason text
    )`,
    `create index changes_of_run on run_changes (run_id, change_id)`,
  ],
};

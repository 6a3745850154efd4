import type { Migration } from './migration.ts';

/** What a person changed while a run was at work, and why; how far a run is, kept as counters. */
export const durabilityTables: Migration = {
  version: 3,
  name: 'durability',
  statements: [
    `create table run_changes (
      change_id integer primary key autoincrement, run_id text not null, changed_at integer not null,
      setting text not null, before_json text, after_json text, reason text
    )`,
    `create index changes_of_run on run_changes (run_id, change_id)`,

    // '' stands for none: a key column that may be null is not one key everywhere.
    `create table run_counters (
      run_id text not null, outcome text not null, failure_class text not null,
      degraded integer not null, items integer not null,
      primary key (run_id, outcome, failure_class, degraded)
    )`,
    `insert into run_counters (run_id, outcome, failure_class, degraded, items)
      select run_id, coalesce(outcome, ''), coalesce(failure_class, ''), degraded, count(*)
      from items group by run_id, coalesce(outcome, ''), coalesce(failure_class, ''), degraded`,
    `create table dataset_chunks (
      dataset_hash text not null, first_place integer not null, artifact text not null,
      primary key (dataset_hash, first_place)
    )`,
    `create table video_tallies (
      run_id text not null, video_id text not null, gold integer not null,
      scored integer not null default 0, correct integer not null default 0,
      spanned integer not null default 0, hits integer not null default 0,
      unseen integer not null default 0,
      calls integer not null default 0, cached_calls integer not null default 0,
      prompt_tokens integer not null default 0, completion_tokens integer not null default 0,
      images integer not null default 0,
      paid_usd real not null default 0, paid_unknown integer not null default 0,
      list_usd real not null default 0, list_unknown integer not null default 0,
      primary key (run_id, video_id)
    )`,
  ],
};

import type { Migration } from './migration.ts';

/** Runs, drives, items and their rows; step records; paid calls; frame indexes. */
export const firstTables: Migration = {
  version: 1,
  name: 'first-tables',
  statements: [
    `create table runs (
      run_id text primary key, name text not null, spec_json text not null, identity text not null,
      state text not null, stop_reason text, stop_detail_json text, admission text not null,
      item_window integer not null, created_at integer not null, output_directory text
    )`,
    `create table drives (
      run_id text not null, drive integer not null, opened_at integer not null, closed_at integer,
      primary key (run_id, drive)
    )`,
    // Two open drives of one run cannot exist, whatever the code does.
    `create unique index drives_open on drives (run_id) where closed_at is null`,

    `create table items (
      run_id text not null, item_id text not null, sample integer not null,
      position integer not null, ordinal integer not null,
      workflow_key text not null, video_id text not null,
      drive integer not null default 0, started_drive integer not null default 0,
      outcome text, failure_class text, failure_step text,
      degraded integer not null default 0, ended_at integer,
      primary key (run_id, item_id, sample)
    )`,
    `create unique index items_in_order on items (run_id, position)`,
    `create index items_in_file on items (run_id, ordinal, sample)`,
    `create index items_unfinished on items (run_id, drive, position) where outcome is null`,
    `create index items_running on items (run_id, drive, started_drive)
      where outcome is null and started_drive > 0`,
    `create index items_counted on items (run_id, outcome, failure_class, degraded)`,
    `create index items_ended on items (run_id, ended_at)`,
    `create table result_rows (
      run_id text not null, item_id text not null, sample integer not null, row_json text not null,
      primary key (run_id, item_id, sample)
    )`,

    `create table step_records (
      run_id text not null, item_id text not null, sample integer not null,
      drive integer not null, step text not null, part integer not null,
      state text not null, usable integer not null default 0, result_json text, failure_class text,
      started_at integer not null, finished_at integer, attempts integer not null,
      waited_ms integer not null default 0, usage_json text,
      process_id text not null, workflow_id text not null, workflow_run_id text not null,
      activity_id text not null,
      primary key (run_id, item_id, sample, drive, step, part)
    )`,
    `create index steps_begun on step_records (run_id, drive) where state = 'started'`,
    `create index steps_finished on step_records (run_id, finished_at)`,

    `create table calls (
      call_id integer primary key autoincrement, call_key text not null, n integer not null,
      run_id text not null, item_id text not null, sample integer not null,
      drive integer not null, step text not null, part integer not null,
      state text not null, account text not null, model text not null,
      activity_id text not null, process_id text not null,
      started_at integer not null, deadline_at integer not null, settled_at integer,
      max_price_usd real, price_usd real, usage_json text,
      failure_class text, action text, retry_after_ms real, http_status integer,
      is_duplicate integer not null default 0,
      unique (call_key, n)
    )`,
    // One response counts per key; the loser of a race must be a duplicate.
    `create unique index calls_winner on calls (call_key)
      where state = 'usable' and is_duplicate = 0`,
    `create index calls_of_item on calls (run_id, item_id, sample, drive)`,
    `create table call_responses (
      call_key text not null, n integer not null, status integer not null,
      body blob, body_artifact text,
      primary key (call_key, n),
      check ((body is null) <> (body_artifact is null))
    )`,

    `create table video_indexes (
      dataset_id text not null, video_id text not null, model_hash text not null,
      preprocessing_id text not null, frames_fingerprint text not null, artifact text not null,
      primary key (dataset_id, video_id, model_hash, preprocessing_id, frames_fingerprint)
    )`,
    `create table index_chunks (chunk_key text primary key, artifact text not null)`,
  ],
};

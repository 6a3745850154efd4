import type { Migration } from './migration.ts';

/** What judges say of answers, and the passes in which they are asked. */
export const judgementTables: Migration = {
  version: 4,
  name: 'judgements',
  statements: [
    `create table judgings (
      run_id text not null, judging integer not null, workflow_run_id text not null,
      state text not null, stop_reason text, stop_detail_json text,
      opened_at bigint not null, closed_at bigint,
      primary key (run_id, judging)
    )`,
    // Two open judgings of one run cannot exist, whatever the code does.
    `create unique index judgings_open on judgings (run_id) where closed_at is null`,

    // '' stands for no dimension: a key column that may be null is not one key everywhere.
    `create table judgements (
      judgement_id integer primary key autoincrement,
      run_id text not null, judge text not null, contract text not null, dimension text not null,
      kind text not null, item_id text not null, sample integer not null,
      partner_id text, drive integer not null,
      judging integer not null, state text not null,
      verdict text, score double precision, artifact text, response_model text, failure_class text,
      redraw integer not null default 0, attempts integer not null default 0,
      failed_tries integer not null default 0,
      calls integer not null default 0, cached_calls integer not null default 0,
      prompt_tokens integer not null default 0, completion_tokens integer not null default 0,
      paid_usd double precision default 0, list_usd double precision default 0,
      unique (run_id, kind, item_id, sample, judge, dimension)
    )`,
    `create index judgements_pending on judgements (run_id, judging, judgement_id)
      where state = 'pending'`,
  ],
};

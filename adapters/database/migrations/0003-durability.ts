import type { Migration } from './migration.ts';

const nano = (column: string): string => `cast(round(coalesce(${column}, 0) * 1e9) as bigint)`;

/**
 * What a person changed while a run was at work, and why; how far a run is and what it has spent,
 * kept as counters; what all processes share of an account.
 */
export const durabilityTables: Migration = {
  version: 3,
  name: 'durability',
  statements: [
    `create table run_changes (
      change_id integer primary key autoincrement, run_id text not null, changed_at integer not null,
      setting text not null, before_json text, after_json text, reason text
    )`,
    `create index changes_of_run on run_changes (run_id, change_id)`,

    `alter table step_records add column failed_tries integer not null default 0`,

    `create table account_pauses (
      account text primary key, reason text not null, paused_at bigint not null,
      paused_until bigint not null, probes integer not null
    )`,
    `create index calls_unclassified on calls (run_id) where failure_class = 'unclassified'`,

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

    // Money in nano-dollars. The account is '' in the row of a whole run, the run in that of an account.
    `create table spend_totals (
      run_id text not null, account text not null, calls bigint not null,
      settled_nano bigint not null, open_nano bigint not null, duplicate_nano bigint not null,
      held_nano bigint not null default 0,
      finished_items bigint not null default 0, finished_nano bigint not null default 0,
      cap_nano bigint, warned_at bigint,
      primary key (run_id, account)
    )`,
    ...['account', "''"].map(
      (account) => `insert into spend_totals
        (run_id, account, calls, settled_nano, open_nano, duplicate_nano)
        select run_id, ${account}, count(*),
          sum(case when state = 'open' then 0 else ${nano('price_usd')} end),
          sum(case when state = 'open' or price_usd is null and state <> 'unbilled'
            then ${nano('max_price_usd')} else 0 end),
          sum(case when is_duplicate = 1 then ${nano('price_usd')} else 0 end)
        from calls group by run_id${account === 'account' ? ', account' : ''}`,
    ),
    `insert into spend_totals (run_id, account, calls, settled_nano, open_nano, duplicate_nano)
      select '', account, sum(calls), sum(settled_nano), sum(open_nano), sum(duplicate_nano)
      from spend_totals where account <> '' group by account`,
    // What an admitted item of a run with a budget may take, and what it has taken.
    `create table item_holds (
      run_id text not null, item_id text not null, sample integer not null,
      account text not null, estimate_nano bigint not null, committed_nano bigint not null,
      primary key (run_id, item_id, sample, account)
    )`,
    // Work that may end its process: open_in names the process while it is under way.
    `create table media_work (
      owner_id text not null, kind text not null, subject text not null,
      suspicion integer not null, open_in text, primary key (owner_id, kind, subject)
    )`,
    `create index calls_open on calls (run_id) where state = 'open'`,
    `create table accounts (
      account text primary key, configured integer not null,
      requests_left double precision not null, requests_refilled_at bigint not null,
      tokens_left double precision not null, tokens_refilled_at bigint not null,
      concurrency double precision, decreased_at bigint, grown_at bigint, blocked_until bigint,
      ramp_from double precision, ramp_since bigint
    )`,
    `create table account_leases (
      account text not null, process_id text not null, concurrency integer not null,
      requests_per_minute double precision, tokens_per_minute double precision,
      places integer not null, wanted_places integer not null,
      wanted_requests integer not null,
      taken_requests double precision not null, taken_tokens double precision not null,
      turn_at bigint not null, expires_at bigint not null,
      primary key (account, process_id)
    )`,
    `create table account_changes (
      change_id integer primary key autoincrement, account text not null,
      changed_at bigint not null, value integer not null, reason text not null
    )`,
    `create index changes_of_account on account_changes (account, change_id)`,
  ],
};

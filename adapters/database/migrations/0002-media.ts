import type { Migration } from './migration.ts';

/** Frames cut from videos, and index jobs. */
export const mediaTables: Migration = {
  version: 2,
  name: 'media',
  statements: [
    `create table video_cuts (
      video_sha256 text not null, extract_key text not null, manifest text not null,
      primary key (video_sha256, extract_key)
    )`,
    `create table owned_media (
      owner_id text not null, video_id text not null, kind text not null, artifact text not null,
      primary key (owner_id, video_id, kind)
    )`,
    `create table index_jobs (
      job_id text primary key, source_json text not null, videos text not null,
      opened_at integer not null, closed_at integer
    )`,
    `create table index_failures (
      job_id text not null, video_id text not null, message text not null,
      primary key (job_id, video_id)
    )`,
  ],
};

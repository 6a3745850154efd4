import type { FrameSource } from '../../domain/run-spec.ts';
import type { IndexJob, IndexJobStore } from '../../domain/stores/index-job-store.ts';
import { fromJsonColumn } from './json-column.ts';
import type { Connection, IndexJobColumns, OpenTransaction } from './schema.ts';

/** The store of index jobs. */
export function createIndexJobStore(db: Connection): IndexJobStore {
  return {
    open: (job) => db.transaction().execute((trx) => openJob(trx, job)),
    async get(jobId) {
      const found = await db
        .selectFrom('index_jobs')
        .selectAll()
        .where('job_id', '=', jobId)
        .executeTakeFirst();
      return found === undefined ? null : toJob(found);
    },
    async listOpen() {
      const open = await db
        .selectFrom('index_jobs')
        .selectAll()
        .where('closed_at', 'is', null)
        .orderBy('opened_at')
        .execute();
      return open.map(toJob);
    },
    async close(jobId) {
      await db
        .updateTable('index_jobs')
        .set({ closed_at: Date.now() })
        .where('job_id', '=', jobId)
        .execute();
    },
    async setFailure(jobId, videoId, message) {
      await db.transaction().execute(async (trx) => {
        await trx
          .deleteFrom('index_failures')
          .where('job_id', '=', jobId)
          .where('video_id', '=', videoId)
          .execute();
        if (message === null) return;
        const failure = { job_id: jobId, video_id: videoId, message };
        await trx.insertInto('index_failures').values(failure).execute();
      });
    },
    async failures(jobId) {
      const found = await db
        .selectFrom('index_failures')
        .select(['video_id', 'message'])
        .where('job_id', '=', jobId)
        .orderBy('video_id')
        .execute();
      return found.map(({ video_id: videoId, message }) => ({ videoId, message }));
    },
  };
}

async function openJob(trx: OpenTransaction, { jobId, source, videos }: IndexJob): Promise<void> {
  const known = await trx
    .selectFrom('index_jobs')
    .select('closed_at')
    .where('job_id', '=', jobId)
    .executeTakeFirst();
  if (known?.closed_at === null) return;
  // A video may have changed since: an ended job that begins again looks at each afresh.
  await trx.deleteFrom('owned_media').where('owner_id', '=', jobId).execute();
  await trx.deleteFrom('index_failures').where('job_id', '=', jobId).execute();
  const job = { source_json: JSON.stringify(source), videos, opened_at: Date.now() };
  await trx
    .insertInto('index_jobs')
    .values({ job_id: jobId, ...job, closed_at: null })
    .onConflict((conflict) => conflict.column('job_id').doUpdateSet({ ...job, closed_at: null }))
    .execute();
}

function toJob({ job_id, source_json, videos }: IndexJobColumns): IndexJob {
  const source = fromJsonColumn(source_json, `index job ${job_id}`) as FrameSource;
  return { jobId: job_id, source, videos };
}

import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../adapters/database/open-database.ts';
import type { IndexJob } from '../../../domain/stores/index-job-store.ts';

/** What the store of index jobs of every database keeps; `open` gives an empty database. */
export function describeIndexJobStore(open: () => Promise<Database>): void {
  let database: Database;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());
  const job: IndexJob = {
    jobId: 'index/clips-00000000',
    videos: 'list',
    source: {
      runId: 'index/clips-00000000',
      dataset: {
        datasetId: 'clips',
        media: { kind: 'videos', folder: '/clips', extract: { perSecond: 1 } },
        embeddings: null,
        buildMissing: false,
      },
      models: { embedding: { model: 'm', path: '/m', device: 'cpu', dtype: 'fp32' } },
    },
  };

  test('an open job is listed until it is closed', async () => {
    const { indexJobs } = database;
    await indexJobs.open(job);
    expect(await indexJobs.get(job.jobId)).toEqual(job);
    expect(await indexJobs.listOpen()).toEqual([job]);

    await indexJobs.close(job.jobId);

    expect(await indexJobs.listOpen()).toEqual([]);
    expect(await indexJobs.get(job.jobId)).toEqual(job);
    expect(await indexJobs.get('index/other')).toBeNull();
  });

  test('a job that goes on keeps what it has; one that begins again looks afresh', async () => {
    const { indexJobs, media } = database;
    await indexJobs.open(job);
    await media.keepFrames(job.jobId, 'v0', 'one');
    await indexJobs.setFailure(job.jobId, 'v1', 'no picture in it');

    await indexJobs.open(job);
    expect(await media.findOwned(job.jobId, 'v0', 'frames')).toBe('one');

    await indexJobs.close(job.jobId);
    await indexJobs.open(job);
    expect(await media.findOwned(job.jobId, 'v0', 'frames')).toBeNull();
    expect(await indexJobs.failures(job.jobId)).toEqual([]);
  });

  test('a video that fails is noted until it succeeds', async () => {
    const { indexJobs } = database;
    await indexJobs.open(job);
    await indexJobs.setFailure(job.jobId, 'v1', 'no picture in it');
    await indexJobs.setFailure(job.jobId, 'v0', 'first');
    await indexJobs.setFailure(job.jobId, 'v0', 'second');

    expect(await indexJobs.failures(job.jobId)).toEqual([
      { videoId: 'v0', message: 'second' },
      { videoId: 'v1', message: 'no picture in it' },
    ]);

    await indexJobs.setFailure(job.jobId, 'v0', null);
    expect(await indexJobs.failures(job.jobId)).toHaveLength(1);
  });
}

import { z } from 'zod';
import type { RunReader, SourceReader } from '../activities/run-reader.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { IndexJob, IndexJobStore } from '../domain/stores/index-job-store.ts';

export type SourceReaderOptions = {
  readonly indexJobs: Pick<IndexJobStore, 'get'>;
  readonly blobs: Pick<BlobStore, 'get'>;
  /** Reads runs. */
  readonly reader: Pick<RunReader, 'spec'> & Pick<SourceReader, 'videoIds'>;
};

const videoIdsSchema = z.array(z.string());

/** Reads where frames come from, for runs and index jobs alike. */
export function createSourceReader({
  indexJobs,
  blobs,
  reader,
}: SourceReaderOptions): SourceReader {
  const readJob = async (jobId: string): Promise<IndexJob> => {
    const job = await indexJobs.get(jobId);
    if (job !== null) return job;
    throw new StepError('storage', 'fail', `Index job ${jobId} is not in the database`);
  };
  return {
    source: async (ownerId) =>
      isJob(ownerId) ? (await readJob(ownerId)).source : reader.spec(ownerId),
    async videoIds(ownerId) {
      if (!isJob(ownerId)) return reader.videoIds(ownerId);
      const { videos } = await readJob(ownerId);
      return videoIdsSchema.parse(JSON.parse(new TextDecoder().decode(await blobs.get(videos))));
    },
  };
}

/** Ids of index jobs have a slash, those of runs never do. */
const isJob = (ownerId: string): boolean => ownerId.includes('/');

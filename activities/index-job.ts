import type { IndexJobStore } from '../domain/stores/index-job-store.ts';
import type { SourceReader } from './run-reader.ts';

export type IndexJobDependencies = {
  readonly jobs: IndexJobStore;
  readonly sources: SourceReader;
};

/** Videos of one page: keeps the result under 32 KB with long ids. */
const pageSize = 100;

export function createIndexJobActivities({ jobs, sources }: IndexJobDependencies) {
  return {
    /** The next videos of an index job. */
    async loadVideos(request: {
      readonly jobId: string;
      readonly from: number;
    }): Promise<{ videoIds: string[]; next: number | null }> {
      const all = await sources.videoIds(request.jobId);
      const end = request.from + pageSize;
      return { videoIds: all.slice(request.from, end), next: end < all.length ? end : null };
    },

    /** Keeps why a video failed, or that it did not. */
    noteVideo: (request: {
      readonly jobId: string;
      readonly videoId: string;
      readonly failure: string | null;
    }): Promise<void> => jobs.setFailure(request.jobId, request.videoId, request.failure),

    /** Lets workers forget the job. */
    closeIndexJob: (request: { readonly jobId: string }): Promise<void> =>
      jobs.close(request.jobId),
  };
}
export type IndexJobActivities = ReturnType<typeof createIndexJobActivities>;

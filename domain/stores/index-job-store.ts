import type { FrameSource } from '../run-spec.ts';

/** Videos to index without a run. */
export type IndexJob = {
  readonly jobId: string;
  /** Where the frames come from, and the model; `runId` is the job's id. */
  readonly source: FrameSource;
  /** The blob with the ids of its videos, a JSON array in order. */
  readonly videos: string;
};

/** One video that could not be indexed, and why. */
export type IndexFailure = { readonly videoId: string; readonly message: string };

export type IndexJobStore = {
  /** Writes a job down and opens it. One that has ended begins again and looks at each video afresh. */
  open(job: IndexJob): Promise<void>;
  get(jobId: string): Promise<IndexJob | null>;
  /** Jobs that workers should serve. */
  listOpen(): Promise<IndexJob[]>;
  close(jobId: string): Promise<void>;
  /** Notes or, with null, forgets that a video failed. */
  setFailure(jobId: string, videoId: string, message: string | null): Promise<void>;
  failures(jobId: string): Promise<IndexFailure[]>;
};

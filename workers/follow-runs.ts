import { setTimeout as delay } from 'node:timers/promises';
import type { IndexJobStore } from '../domain/stores/index-job-store.ts';
import type { JudgementStore } from '../domain/stores/judgement-store.ts';
import type { RunStore } from '../domain/stores/run-store.ts';
import { EnvironmentError } from '../domain/errors/usage-error.ts';
import type { RunWorkers } from './run-workers.ts';

export type Following = {
  /** Rejects when the database cannot be read any more. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
};

export type FollowOptions = {
  readonly runs: Pick<RunStore, 'openDrives' | 'get'>;
  readonly indexJobs: Pick<IndexJobStore, 'listOpen'>;
  readonly judgements: Pick<JudgementStore, 'listOpen'>;
  readonly workers: Pick<RunWorkers, 'serve' | 'serveJob' | 'serveJudging'>;
  /** Told of work that this machine cannot do, such as a model that it lacks. May throw. */
  readonly onUnserved: (owner: string, error: EnvironmentError) => void;
  /** How often the database is asked. @default 500 */
  readonly intervalMs?: number;
};

/**
 * Has a worker process serve every run that has an open drive or is being judged and every open index
 * job, also those that other processes submit later.
 */
export function followRuns(options: FollowOptions): Following {
  const { runs, indexJobs, judgements, workers, onUnserved, intervalMs = 500 } = options;
  const served = new Set<string>();
  const stopping = new AbortController();

  const serveOnce = async (name: string, owner: string, serve: () => Promise<unknown>) => {
    if (served.has(name)) return;
    served.add(name);
    try {
      await serve();
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      onUnserved(owner, error);
    }
  };
  const serveNew = async (): Promise<void> => {
    for (const { runId, drive } of await runs.openDrives()) {
      await serveOnce(`${runId}/${drive}`, runId, async () => {
        const run = await runs.get(runId);
        if (run !== null) await workers.serve(run.spec);
      });
    }
    for (const { jobId, source } of await indexJobs.listOpen())
      await serveOnce(jobId, jobId, () => workers.serveJob(source));
    for (const { runId, judging } of await judgements.listOpen()) {
      await serveOnce(`judge/${runId}/${judging}`, runId, async () => {
        const run = await runs.get(runId);
        if (run !== null) await workers.serveJudging(run.spec);
      });
    }
  };
  const loop = (async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await serveNew();
      await delay(intervalMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  const failed = new Promise<never>((_, reject) => loop.catch(reject));
  failed.catch(() => undefined);
  return {
    failed,
    async stop() {
      stopping.abort();
      await loop.catch(() => undefined);
    },
  };
}

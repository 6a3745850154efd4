import { afterEach, describe, expect, it } from 'vitest';
import type { IndexJob } from '../../domain/stores/index-job-store.ts';
import type { RunRecord } from '../../domain/stores/run-store.ts';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import { type Following, followRuns, type FollowOptions } from '../../workers/follow-runs.ts';
import { sampleSpec } from '../adapters/database/sample-run.ts';

const job = { jobId: 'index/clips-1', source: sampleSpec('index/clips-1') } as unknown as IndexJob;
const judging = {
  runId: 'r2',
  judging: 1,
  state: 'running',
  stopReason: null,
  stopDetail: null,
} as const;
const serveJudging = async () => undefined;
/** For a machine that does something else for a while. */
const patience = { timeout: 20_000 };
let following: Following | undefined;
afterEach(() => following?.stop());

function follow(change: Partial<FollowOptions> = {}) {
  const seen: string[] = [];
  following = followRuns({
    runs: {
      openDrives: async () => [{ runId: 'r1', drive: 1, openedAt: 0 }],
      get: async (runId) => ({ spec: sampleSpec(runId) }) as RunRecord,
    },
    indexJobs: { listOpen: async () => [job] },
    judgements: { listOpen: async () => [judging] },
    workers: {
      serve: async ({ runId }) => void seen.push(`run ${runId}`),
      serveJob: async ({ runId }) => void seen.push(`job ${runId}`),
      serveJudging: async ({ runId }) => void seen.push(`judging ${runId}`),
    },
    onUnserved: (owner, { message }) => void seen.push(`${owner}: ${message}`),
    intervalMs: 1,
    ...change,
  });
  return { seen, failed: following.failed };
}

describe('followRuns', () => {
  it('serves every open drive, index job and judging once', async () => {
    const { seen } = follow();

    const served = ['run r1', 'job index/clips-1', 'judging r2'];
    await expect.poll(() => seen, patience).toEqual(served);
    await following?.stop();
    expect(seen).toHaveLength(3);
  });

  it('goes on with other work when a model cannot be used here', async () => {
    const serve = () => Promise.reject(new EnvironmentError('no such model'));

    const { seen } = follow({
      judgements: { listOpen: async () => [] },
      workers: { serve, serveJob: async () => void seen.push('job'), serveJudging },
    });

    await expect.poll(() => seen, patience).toEqual(['r1: no such model', 'job']);
  });

  it('ends where work that cannot be served is a reason to', async () => {
    const refused = new EnvironmentError('no such model');
    const { failed } = follow({
      workers: {
        serve: () => Promise.reject(refused),
        serveJob: async () => undefined,
        serveJudging,
      },
      onUnserved: (_, error) => {
        throw error;
      },
    });

    await expect(failed).rejects.toBe(refused);
  });
});

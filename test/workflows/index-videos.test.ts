import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../workers/workflow-bundle.ts';
import { fakeDrive, indexJobInput, startIndexJob, whileWorking } from '../support/fake-drive.ts';
import { createGate } from '../support/gate.ts';
import { startTestServer, type TestServer } from '../support/temporal-server.ts';

let server: TestServer;
let bundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  [server, bundle] = await Promise.all([startTestServer(), bundleWorkflows()]);
});
afterAll(() => server.close());

describe('indexVideos', () => {
  it('cuts and indexes every video over several executions, and closes the job once', async () => {
    const drive = fakeDrive({ items: 0, videos: 7 });

    const result = await whileWorking(server, bundle, drive, async () =>
      (await startIndexJob(server, indexJobInput())).result(),
    );

    expect(result).toEqual({ done: 7, failed: 0 });
    for (let n = 0; n < 7; n++) {
      expect(drive.calls.filter((call) => call.split(' ')[1] === `v${n}`)).toEqual([
        `cut v${n}`,
        `index v${n}`,
        `noted v${n} indexed`,
      ]);
    }
    expect(drive.calls.filter((call) => call === 'closed')).toHaveLength(1);
    expect(drive.calls.at(-1)).toBe('closed');
  });

  it('only indexes where frames lie in folders', async () => {
    const drive = fakeDrive({ items: 0, videos: 2 });
    const input = indexJobInput({ queues: { index: 'q', media: null } });

    await whileWorking(server, bundle, drive, async () =>
      (await startIndexJob(server, input)).result(),
    );

    expect(drive.calls.filter((call) => call.startsWith('cut'))).toEqual([]);
    expect(drive.calls.filter((call) => call.startsWith('index'))).toHaveLength(2);
  });

  it('notes a video that fails and goes on with the others', async () => {
    const drive = fakeDrive({
      items: 0,
      extractFrames: async (videoId) => {
        if (videoId !== 'v1') return;
        throw ApplicationFailure.nonRetryable('no picture in it', 'bad_media', {});
      },
    });

    const result = await whileWorking(server, bundle, drive, async () =>
      (await startIndexJob(server, indexJobInput())).result(),
    );

    expect(result).toEqual({ done: 3, failed: 1 });
    expect(drive.calls).toContain('noted v1 no picture in it');
    expect(drive.calls).not.toContain('index v1');
  });

  it('closes a job that is cancelled, so that nobody waits for it', async () => {
    const gate = createGate();
    const drive = fakeDrive({
      items: 0,
      indexVideo: () => gate.opened.then(() => 'late'),
    });
    const indexing = () => drive.calls.filter((call) => call.startsWith('index')).length;

    await whileWorking(server, bundle, drive, async () => {
      const job = await startIndexJob(server, indexJobInput());
      try {
        // All of the page: nothing that was on its way then may be noted after the end.
        await expect.poll(indexing, { timeout: 30_000 }).toBe(3);
        await job.cancel();
        await expect(job.result()).rejects.toThrow();
      } finally {
        gate.open();
      }
    });

    expect(drive.calls.at(-1)).toBe('closed');
  });
});

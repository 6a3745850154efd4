import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { budgetFailureType, judgeWorkflowId } from '../../domain/workflow-contract.ts';
import { bundleWorkflows } from '../../workers/workflow-bundle.ts';
import {
  driveInput,
  fakeDrive,
  judgeInput,
  startDrive,
  startJudging,
  whileWorking,
} from '../support/fake-drive.ts';
import { createGate } from '../support/gate.ts';
import { startTestServer, type TestServer } from '../support/temporal-server.ts';
import { untilInHistory } from '../support/until-in-history.ts';

let server: TestServer;
let bundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  [server, bundle] = await Promise.all([startTestServer(), bundleWorkflows()]);
});
afterAll(() => server.close());

type Drive = ReturnType<typeof fakeDrive>;
const judge = (drive: Drive, about = judgeInput()) =>
  whileWorking(server, bundle, drive, async () => (await startJudging(server, about)).result());
const refusal = (type: string, details: object = {}) =>
  ApplicationFailure.nonRetryable('no', type, { class: type, ...details });

describe('judgeAnswers', () => {
  it('makes every judgement once, in a window that gets filled and stays bounded', async () => {
    const drive = fakeDrive({
      items: 0,
      judgements: 12,
      judge: async () => {
        // Nobody ends before the window was full.
        await expect.poll(() => drive.judging.open.peak, { timeout: 30_000 }).toBe(4);
        return { state: 'judged' };
      },
    });

    const result = await judge(drive);

    const counts = { judged: 12, unparsed: 0, failed: 0 };
    expect(result).toEqual({ judging: 1, ...counts, isStopped: false });
    expect(drive.judging.made.size).toBe(12);
    expect(drive.judging.open.peak).toBe(4);
    expect(drive.calls).toEqual(['planned first', 'planned 1', 'judging completed']);
  });

  it('goes on as new so that no history grows with the run', async () => {
    const drive = fakeDrive({ items: 0, judgements: 1150 });
    const about = judgeInput({ window: 64 });

    const result = await judge(drive, about);

    expect(result.judged).toBe(1150);
    expect(drive.judging.made.size).toBe(1150);
    const last = await server.client.workflow.getHandle(`judge/${about.runId}`).fetchHistory();
    expect(last.events!.length).toBeLessThan(3000);
    expect(drive.calls.filter((call) => call === 'planned first')).toHaveLength(1);
  }, 120_000);

  it('finds the answers that have come while it was at work', async () => {
    const drive = fakeDrive({
      items: 0,
      judgements: 2,
      judge: async () => {
        drive.judging.late = 3;
        return { state: 'judged' };
      },
    });

    expect(await judge(drive)).toMatchObject({ judged: 5 });
    expect(drive.calls.filter((call) => call === 'planned 1')).toHaveLength(2);
  });

  it('goes on after a judgement that failed, and after a reply that cannot be read', async () => {
    const drive = fakeDrive({
      items: 0,
      judge: async ({ judgementId }) => {
        if (judgementId === 1) {
          drive.judging.made.add(1);
          throw refusal('refused_output');
        }
        return { state: judgementId === 2 ? 'unparsed' : 'judged' };
      },
    });

    expect(await judge(drive)).toMatchObject({ judged: 1, unparsed: 1, failed: 1 });
    expect(drive.calls.at(-1)).toBe('judging completed');
  });

  it.each([
    ['a missing key', refusal('auth', { stopsRun: true })],
    ['a spent budget', refusal(budgetFailureType)],
  ])('is stopped by %s: nothing further is begun, what was begun ends', async (_, failure) => {
    const begun: number[] = [];
    const drive = fakeDrive({
      items: 0,
      judgements: 20,
      judge: async ({ runId, judgementId }) => {
        begun.push(judgementId);
        await expect.poll(() => begun.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(4);
        if (judgementId === 1) throw failure;
        // One that ended before the failure is known would make room for another.
        await untilInHistory(server, judgeWorkflowId(runId), 'activityTaskFailed');
        return { state: 'judged' };
      },
    });

    const result = await judge(drive);

    expect(result).toEqual({ judging: 1, judged: 3, unparsed: 0, failed: 0, isStopped: true });
    expect(begun).toHaveLength(4);
    expect(drive.calls.at(-1)).toBe('judging stopped');
  });

  it('cancelled, keeps what is in flight and closes the judging', async () => {
    const gate = createGate();
    const drive = fakeDrive({
      items: 0,
      judgements: 20,
      judge: async () => {
        await gate.opened;
        return { state: 'judged' };
      },
    });

    await whileWorking(server, bundle, drive, async () => {
      const judging = await startJudging(server, judgeInput());
      try {
        await expect.poll(() => drive.judging.open.now, { timeout: 30_000 }).toBe(4);
        await judging.cancel();
        await untilInHistory(server, judging.workflowId, 'activityTaskCancelRequested');
      } finally {
        gate.open();
      }
      await expect(judging.result()).rejects.toThrow();
    });

    expect(drive.judging.made.size).toBe(4);
    expect(drive.calls.at(-1)).toBe('judging cancelled');
  });
});

describe('evaluate', () => {
  it('has the answers of a completed drive judged by a workflow that outlives it', async () => {
    const drive = fakeDrive({ items: 2 });
    const about = driveInput({ judgeQueues: { j: 'q' } });

    await whileWorking(server, bundle, drive, async () => {
      await (await startDrive(server, about)).result();
      expect(drive.ends).toEqual(['completed']);
      await server.client.workflow.getHandle(`judge/${about.runId}`).result();
    });

    expect(drive.judging.made.size).toBe(3);
  });

  it('leaves a judging that is at work to it', async () => {
    let hasEnded = false;
    const drive = fakeDrive({
      items: 1,
      judge: async () => {
        await expect.poll(() => hasEnded, { timeout: 30_000 }).toBe(true);
        return { state: 'judged' };
      },
    });
    const about = driveInput({ judgeQueues: { j: 'q' } });

    await whileWorking(server, bundle, drive, async () => {
      const judging = await startJudging(server, judgeInput({ runId: about.runId }));
      expect(await (await startDrive(server, about)).result()).toMatchObject({ isStopped: false });
      hasEnded = true;
      await judging.result();
    });

    expect(drive.calls.filter((call) => call === 'planned first')).toHaveLength(1);
  });

  it('tells a judging that has looked already that there are more', async () => {
    let hasEnded = false;
    const drive = fakeDrive({
      items: 1,
      planned: async (known) => {
        if (known === null || hasEnded) return;
        await expect.poll(() => hasEnded, { timeout: 30_000 }).toBe(true);
        drive.judging.late = 2;
      },
    });
    const about = driveInput({ judgeQueues: { j: 'q' } });

    await whileWorking(server, bundle, drive, async () => {
      const judging = await startJudging(server, judgeInput({ runId: about.runId }));
      await expect.poll(() => drive.calls, { timeout: 30_000 }).toContain('planned 1');
      await (await startDrive(server, about)).result();
      hasEnded = true;
      expect(await judging.result()).toMatchObject({ judged: 5 });
    });
  });

  it('judges nothing when the drive was stopped', async () => {
    const drive = fakeDrive({
      items: 1,
      answer: () => Promise.reject(refusal('auth', { stopsRun: true })),
    });
    const about = driveInput({ judgeQueues: { j: 'q' } });

    await whileWorking(server, bundle, drive, async () =>
      (await startDrive(server, about)).result(),
    );

    expect(drive.calls).not.toContain('planned first');
  });
});

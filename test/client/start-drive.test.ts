import { Context } from '@temporalio/activity';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDrive } from '../../client/start-drive.ts';
import { fairnessKey } from '../../domain/fairness-key.ts';
import { queuesOf } from '../../domain/run-queues.ts';
import { workflowKey } from '../../domain/workflow-key.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { bundleWorkflows } from '../../workers/workflow-bundle.ts';
import { sampleItems, sampleRun } from '../adapters/database/sample-run.ts';
import { openTestStores } from '../support/fakes-activity.ts';
import { fakeDrive } from '../support/fake-drive.ts';
import { startTestServer, type TestServer } from '../support/temporal-server.ts';

const items = 8;

let server: TestServer;
let stores: Stores;
let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  [server, stores, workflowBundle] = await Promise.all([
    startTestServer(),
    openTestStores(),
    bundleWorkflows(),
  ]);
});
afterAll(() => Promise.all([server.close(), stores.close()]));

/** Starts a run's first drive; its answers wait in the queue until a worker asks for them. */
async function start(runId: string, priority: number): Promise<void> {
  const { spec, ...run } = sampleRun(runId);
  await stores.runs.create(
    { ...run, spec: { ...spec, run: { ...spec.run, priority } } },
    sampleItems(items),
  );
  const record = await stores.runs.get(runId);
  await startDrive(server.client, stores.runs, record!, { kind: 'unfinished' });
}

const historyOf = (workflowId: string) =>
  server.client.workflow.getHandle(workflowId).fetchHistory();

const itemOf = (runId: string, n: number) => `eval/${runId}/i/${workflowKey(`item-${n}`, 0)}`;

/** Whether every answer of a run waits in its queue. */
async function isScheduled(runId: string): Promise<boolean> {
  for (let n = 0; n < items; n += 1) {
    const { events } = await historyOf(itemOf(runId, n)).catch(() => ({ events: [] }));
    const isWaiting = (events ?? []).some(
      (event) => event.activityTaskScheduledEventAttributes != null,
    );
    if (!isWaiting) return false;
  }
  return true;
}

it('gives each task of a run its priority and fairness key, and the server hands out by them', async () => {
  const given: { readonly runId: string; readonly priority: unknown }[] = [];
  const drive = fakeDrive({
    items,
    answer: ({ runId }) => {
      given.push({ runId, priority: Context.current().info.priority });
      return Promise.resolve({ outcome: 'answered' });
    },
  });
  const common = { connection: server.connection, activities: drive.activities };
  const deciding = await Worker.create({ ...common, taskQueue: 'videoqa', workflowBundle });
  const decided = deciding.run();
  await start('patient', 4);
  await start('urgent', 1);
  const areScheduled = async () => (await isScheduled('patient')) && (await isScheduled('urgent'));
  await expect.poll(areScheduled, { timeout: 60_000, interval: 200 }).toBe(true);

  const answering = await Worker.create({
    ...common,
    taskQueue: queuesOf(sampleRun('any').spec).answer,
    maxConcurrentActivityTaskExecutions: 1,
  });
  const answered = answering.run();
  await expect.poll(() => drive.ends.length, { timeout: 60_000 }).toBe(2);
  answering.shutdown();
  deciding.shutdown();
  await Promise.all([answered, decided]);

  const keys = { priorityKey: 1, fairnessKey: fairnessKey('urgent') };
  for (const workflowId of ['eval/urgent', 'eval/urgent/s/0000', itemOf('urgent', 0)]) {
    const [started] = (await historyOf(workflowId)).events ?? [];
    expect(started?.workflowExecutionStartedEventAttributes?.priority).toMatchObject(keys);
  }
  expect(given).toHaveLength(2 * items);
  for (const { runId, priority } of given.slice(0, items)) {
    expect(runId).toBe('urgent');
    expect(priority).toMatchObject(keys);
  }
}, 150_000);

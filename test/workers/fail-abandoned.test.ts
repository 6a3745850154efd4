import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Stores } from '../../workers/open-stores.ts';
import { failAbandoned } from '../../workers/fail-abandoned.ts';
import { openTestStores } from '../support/fakes-activity.ts';
import { createSampleRun, ref } from '../support/fakes-item-steps.ts';
import { temporalBinary } from '../support/temporal-binary.ts';
import { startTestServer, type TestServer } from '../support/temporal-server.ts';

const taskQueue = 'videoqa';
/** The queue on which the dead process wanted the next decisions of the workflows it had begun. */
const deadQueue = 'of-the-dead-process';
const [root, shard, item] = ['eval/r1', 'eval/r1/s/0000', 'eval/r1/i/key-0'] as const;
const stranger = 'index/clips';
const calls = 'model-of-an-account';
const namespace = 'default';

/** With which the root starts its shard and the item its call; numbers as in Temporal's API. */
const firstCommand: Readonly<Record<string, object>> = {
  [root]: {
    commandType: 11,
    startChildWorkflowExecutionCommandAttributes: {
      workflowId: shard,
      workflowType: { name: 'anything' },
      taskQueue: { name: taskQueue },
    },
  },
  [item]: {
    commandType: 1,
    scheduleActivityTaskCommandAttributes: {
      activityId: '1',
      activityType: { name: 'answerQuestion' },
      taskQueue: { name: calls },
      startToCloseTimeout: { seconds: 3600 },
    },
  },
};

describe.skipIf(temporalBinary === undefined)('the workflows of a process that has died', () => {
  let server: TestServer;
  let stores: Stores;

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    stores = await openTestStores();
    await createSampleRun(stores);
  });
  afterEach(() => stores.close());

  const begin = (workflowId: string) =>
    server.client.workflow.start('anything', { workflowId, taskQueue, args: [] });

  /** Decides as a worker does that then keeps the workflow in its cache. */
  async function decideAndDie(): Promise<void> {
    const { client } = server;
    const task = await client.withDeadline(Date.now() + 30_000, () =>
      client.workflowService.pollWorkflowTaskQueue({ namespace, taskQueue: { name: taskQueue } }),
    );
    const isFirst = Number(task.previousStartedEventId) === 0;
    const command = firstCommand[task.workflowExecution?.workflowId ?? ''];
    await client.workflowService.respondWorkflowTaskCompleted({
      namespace,
      taskToken: task.taskToken,
      stickyAttributes: {
        // 2 = sticky, as in Temporal's API.
        workerTaskQueue: { name: deadQueue, kind: 2, normalName: taskQueue },
        scheduleToStartTimeout: { seconds: 60 as never },
      },
      commands: isFirst && command !== undefined ? [command] : [],
    });
  }

  /** Takes the item's call, and never ends it. */
  const callAndDie = () =>
    server.client.withDeadline(Date.now() + 30_000, () =>
      server.client.workflowService.pollActivityTaskQueue({
        namespace,
        taskQueue: { name: calls },
      }),
    );

  /** Where the newest decision of a workflow is waited for. */
  async function queueOf(workflowId: string): Promise<string | null | undefined> {
    const { events } = await server.client.workflow.getHandle(workflowId).fetchHistory();
    const scheduled = (events ?? []).flatMap(
      (event) => event.workflowTaskScheduledEventAttributes ?? [],
    );
    return scheduled.at(-1)?.taskQueue?.name;
  }

  it('no longer wait for it: any worker may have their next decision', async () => {
    await stores.runs.openDrive('r1', { kind: 'unfinished' });
    const place = { processId: 'dead', workflowId: item, workflowRunId: '', activityId: '1' };
    await stores.steps.begin({ ...ref, step: 'answer', part: 0 }, place, 1);
    await Promise.all([root, item, stranger].map(begin));
    // The root decides a second time, when its shard has started.
    for (let decisions = 0; decisions < 5; decisions += 1) await decideAndDie();
    await callAndDie();

    expect(await failAbandoned(server.client, stores, 'alive')).toBe(1);

    const all = [root, shard, item, stranger];
    for (const workflowId of all)
      await server.client.workflow.getHandle(workflowId).signal('anything');
    expect(await Promise.all(all.map(queueOf))).toEqual([
      taskQueue,
      taskQueue,
      taskQueue,
      // Of no open drive and without a step: left as it was, which shows that the others were not.
      deadQueue,
    ]);
  });
});

import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDriveActivities } from '../../activities/drive.ts';
import { type ControlAction, writeWish } from '../../client/control-run.ts';
import { reconcileDrive, startRoot, tellWorkflow } from '../../client/root-workflow.ts';
import { startDrive } from '../../client/start-drive.ts';
import type { RunRecord, RunStore } from '../../domain/stores/run-store.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { bundleWorkflows } from '../../workers/workflow-bundle.ts';
import { sampleItems, sampleRun } from '../adapters/database/sample-run.ts';
import { openTestStores } from '../support/fakes-activity.ts';
import { readerOf } from '../support/fakes-item-steps.ts';
import { temporalBinary } from '../support/temporal-binary.ts';
import { startTestServer, type TestServer } from '../support/temporal-server.ts';

const unfinished = { kind: 'unfinished' } as const;

describe.skipIf(temporalBinary === undefined)('the root workflow of a drive', () => {
  let server: TestServer;
  let stores: Stores;
  let runs: RunStore;
  let runId: string;
  let made = 0;

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    stores = await openTestStores();
    runs = stores.runs;
    made += 1;
    runId = `r${made}`;
    await runs.create(sampleRun(runId), sampleItems(2));
  });
  afterEach(() => stores.close());

  const run = async (): Promise<RunRecord> => (await runs.get(runId))!;
  const root = () => server.client.workflow.getHandle(`eval/${runId}`);
  const start = async (store = runs) => startDrive(server.client, store, await run(), unfinished);
  const reconcile = async () => reconcileDrive(server.client, runs, await run());
  const wish = async (action: ControlAction) => writeWish(runs, action, await run());

  /** What the root was told: windows, and `cancel`. */
  async function told(): Promise<unknown[]> {
    const { events } = await root().fetchHistory();
    return (events ?? []).flatMap((event) => {
      const [payload] = event.workflowExecutionSignaledEventAttributes?.input?.payloads ?? [];
      if (payload?.data) return [JSON.parse(Buffer.from(payload.data).toString()) as unknown];
      return event.workflowExecutionCancelRequestedEventAttributes ? ['cancel'] : [];
    });
  }

  describe('what is wanted between the opening of a drive and the start of its root', () => {
    /** Opens drives as the database does; before anybody knows of one, something happens. */
    const meanwhile = (happens: () => Promise<unknown>): RunStore => ({
      ...runs,
      async openDrive(...drive) {
        const opened = await runs.openDrive(...drive);
        await happens();
        return opened;
      },
    });
    const tune = async () => {
      const { spec } = await run();
      await runs.updateSpec(runId, { ...spec, run: { ...spec.run, itemsInFlight: 5 } }, 'slow');
    };

    it.each([
      ['pause', () => wish('pause'), [0]],
      ['pause --now', () => wish('pause-now'), [0]],
      ['cancel', () => wish('cancel'), ['cancel']],
      ['tune', tune, [5]],
      ['nothing', async () => undefined, []],
    ])('is told by whoever starts it: %s', async (_, happens, expected) => {
      await start(meanwhile(happens));

      expect(await told()).toEqual(expected);
    });

    it('is told by whoever wants it, should the starter have died', async () => {
      await runs.openDrive(runId, unfinished);
      await wish('pause');

      await tellWorkflow(server.client, runs, runId);

      expect(await told()).toEqual([0]);
      expect(await run()).toMatchObject({ state: 'paused', driveIsOpen: true });
    });
  });

  it('is started by whoever finds that there is none, and then by nobody again', async () => {
    await runs.openDrive(runId, unfinished);

    const closed = await Promise.all([reconcile(), reconcile()]);

    const { runId: first, memo, status } = await root().describe();
    expect(closed).toEqual([false, false]);
    expect([memo, status.name]).toEqual([{ drive: 1 }, 'RUNNING']);
    await root().terminate();
    await startRoot(server.client, runs, await run(), 1);
    expect((await root().describe()).runId).toBe(first);
  });

  it('of an earlier drive says nothing about one that another process has only just opened', async () => {
    await start();
    await runs.closeDrive(runId, 1, 'completed');
    await root().terminate();
    await runs.openDrive(runId, unfinished);

    expect(await reconcile()).toBe(false);

    expect(await run()).toMatchObject({ drive: 2, driveIsOpen: true, state: 'running' });
    expect(await root().describe()).toMatchObject({
      memo: { drive: 2 },
      status: { name: 'RUNNING' },
    });
  });

  it('waits for that of the drive before, which is left alone and not told of what it is not about', async () => {
    await start();
    await runs.closeDrive(runId, 1, 'completed');
    const starting = start();
    const opened = { drive: 2, driveIsOpen: true };
    await expect.poll(run, { timeout: 20_000 }).toMatchObject(opened);
    await wish('cancel');

    await tellWorkflow(server.client, runs, runId);
    expect(await reconcile()).toBe(false);
    expect(await told()).toEqual([]);
    await root().terminate();
    await starting;

    expect((await root().describe()).memo).toEqual({ drive: 2 });
    expect(await told()).toEqual(['cancel']);
  });

  it('takes its drive with it when it is terminated in the Temporal UI', async () => {
    await start();
    await root().terminate();

    expect(await reconcile()).toBe(true);

    expect(await run()).toMatchObject({ driveIsOpen: false, state: 'cancelled' });
    expect(await reconcile()).toBe(false);
  });

  describe('with a worker', () => {
    let bundle: WorkflowBundleWithSourceMap;
    let worker: Worker;
    let stopped: Promise<void>;

    beforeAll(async () => {
      bundle = await bundleWorkflows();
    });
    beforeEach(async () => {
      const drive = createDriveActivities({
        ...stores,
        reader: readerOf(sampleRun(runId).spec),
        onRowsRecorded: async () => undefined,
      });
      worker = await Worker.create({
        connection: server.connection,
        taskQueue: 'videoqa',
        workflowBundle: bundle,
        activities: drive,
      });
      stopped = worker.run();
    });
    afterEach(async () => {
      worker.shutdown();
      await stopped;
    });

    it('has nothing to do when it comes after its drive was closed', async () => {
      await runs.openDrive(runId, unfinished);
      await runs.closeDrive(runId, 1, 'cancelled');

      await startRoot(server.client, runs, await run(), 1);

      expect(await root().result()).toEqual({ items: 0, shards: 0, isStopped: false });
      expect(await run()).toMatchObject({ driveIsOpen: false, state: 'cancelled' });
    });

    it('ends before its first item when its drive was cancelled before it was there', async () => {
      await runs.openDrive(runId, unfinished);
      await wish('cancel');

      await tellWorkflow(server.client, runs, runId);

      await expect(root().result()).rejects.toThrow('cancel');
      expect(await run()).toMatchObject({ driveIsOpen: false, state: 'cancelled' });
      expect(await runs.counts(runId)).toMatchObject({ pending: 2, running: 0 });
    });
  });
});

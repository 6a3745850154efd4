import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { readConfig } from '../../adapters/config-files/read-config.ts';
import { prepareRun } from '../../cli/prepare-run.ts';
import { registerRun } from '../../cli/register-run.ts';
import { connectEmbedded } from '../../client/connect.ts';
import { startDrive, untilRootEnded } from '../../client/start-drive.ts';
import { type Activities, composeActivities } from '../../workers/compose-activities.ts';
import { openEmbeddedTemporal } from '../../workers/embedded/open-embedded-temporal.ts';
import { openStateFolder } from '../../workers/embedded/state-folder.ts';
import { openStores, type Stores } from '../../workers/open-stores.ts';
import { openPayloadEncryption } from '../../workers/payload-encryption.ts';
import { startRunWorkers } from '../../workers/run-workers.ts';
import { temporalBinary } from '../support/temporal-binary.ts';
import type { Scene } from './scene.ts';

// A test run is no place for the workers' chatter.
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

export type Disturbance = {
  /** What activities are given instead of the stores. */
  readonly stores?: (stores: Stores) => Stores;
  /** What workers are given instead of the activities; the second ones are of another process. */
  readonly activities?: (first: Activities, second: Activities) => Activities;
  readonly now?: () => number;
};

/** One drive of the scene's run with workers in this process, disturbed through our own ports. */
export async function runInProcess(scene: Scene, disturbance: Disturbance): Promise<void> {
  const environment = {
    ...process.env,
    VIDEOQA_HOME: scene.home,
    VIDEOQA_TEMPORAL_CLI: temporalBinary,
  };
  const stateFolder = await openStateFolder(environment);
  const stores = await openStores(stateFolder.path, environment);
  const onProgress = () => undefined;
  const embedded = await openEmbeddedTemporal({ stateFolder, environment, onProgress });
  if (embedded.role !== 'holder') throw new Error('the folder must be ours');
  const { client, close } = await connectEmbedded(embedded.address, embedded.namespace);
  const connection = await NativeConnection.connect({ address: embedded.address });
  const compose = (processId: string) =>
    composeActivities({
      stores: disturbance.stores?.(stores) ?? stores,
      environment,
      processId,
      device: null,
      onNote: () => undefined,
      observers: [],
      ...(disturbance.now && { now: disturbance.now }),
    });
  const first = compose('first@1');
  const second = compose('second@2');
  try {
    const prepared = await prepareRun(await readConfig(scene.config), {
      simulatedBaseUrl: null,
      overwrite: false,
    });
    const run = await registerRun(stores, prepared, { expectedRunId: null, fresh: false });
    const workers = await startRunWorkers({
      connection,
      namespace: embedded.namespace,
      activities: disturbance.activities?.(first.activities, second.activities) ?? first.activities,
      encryption: await openPayloadEncryption({}),
      role: 'all',
      openEmbedder: first.openEmbedder,
      hasKey: () => true,
      observers: [],
    });
    await workers.serve(run.spec);
    await startDrive(client, stores.runs, run, { kind: 'unfinished' });
    await untilRootEnded(client, run.runId, 10 * 60_000);
    await workers.close();
  } finally {
    await Promise.all([first.close(), second.close()]);
    await connection.close();
    await close();
    await embedded.close();
    await stores.close();
  }
}

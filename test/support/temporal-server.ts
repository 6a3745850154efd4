import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { connectEmbedded } from '../../client/connect.ts';
import { openEmbeddedTemporal } from '../../workers/embedded/open-embedded-temporal.ts';
import { openStateFolder } from '../../workers/embedded/state-folder.ts';
import { temporalBinary } from './temporal-binary.ts';

export type TestServer = {
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly address: string;
  /** A state folder of its own, removed at the end. */
  readonly home: string;
  close(): Promise<void>;
};

// A test run is no place for the workers' chatter.
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

/** Starts a real Temporal server in a folder of its own. */
export async function startTestServer(): Promise<TestServer> {
  const home = await mkdtemp(join(tmpdir(), 'videoqa-server-'));
  const environment = { ...process.env, VIDEOQA_HOME: home, VIDEOQA_TEMPORAL_CLI: temporalBinary };
  const stateFolder = await openStateFolder(environment);
  const embedded = await openEmbeddedTemporal({
    stateFolder,
    environment,
    onProgress: () => undefined,
  });
  if (embedded.role !== 'holder') throw new Error('the folder is new and must be ours');
  const { client, close } = await connectEmbedded(embedded.address, embedded.namespace);
  const connection = await NativeConnection.connect({ address: embedded.address });
  return {
    client,
    connection,
    address: embedded.address,
    home,
    async close() {
      await connection.close();
      await close();
      await embedded.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

import { join } from 'node:path';
import { connectEmbedded, type OpenClient } from '../client/connect.ts';
import { tellWorkflows } from '../client/root-workflow.ts';
import type { ListenAddress } from '../domain/config/listen-address.ts';
import type { EmbeddedHolder } from '../workers/embedded/become-holder.ts';
import { refuseMissingVariables } from '../workers/embedded/holder-record.ts';
import {
  type EmbeddedJoiner,
  openEmbeddedTemporal,
} from '../workers/embedded/open-embedded-temporal.ts';
import { openPayloadEncryption } from '../workers/payload-encryption.ts';
import type * as workerHost from '../workers/worker-host.ts';
import { metricsElsewhere } from './metrics-address.ts';
import { printNote } from './output.ts';
import { followHolder } from './serving-client.ts';
import type { ReadingSession, Session } from './session.ts';

/** Opens the embedded server of the state folder: as its holder, which also works, or as a joiner, which watches. */
export async function openEmbeddedSession(
  reading: ReadingSession,
  metrics: ListenAddress | null,
): Promise<Session> {
  const { dataConverter } = await openPayloadEncryption(process.env);
  let loading: Promise<typeof workerHost> | undefined;
  const loadWorkers = () => (loading ??= import('../workers/worker-host.ts'));
  const embedded = await openEmbeddedTemporal({
    stateFolder: reading.folder,
    environment: process.env,
    onProgress: printNote,
    // Half a second of loading, in which the server starts.
    onHolding: () => void loadWorkers().catch(() => undefined),
  });
  try {
    const open = await connectEmbedded(embedded.address, embedded.namespace, dataConverter);
    printNote(`Temporal: embedded at ${embedded.address}; UI at ${embedded.uiUrl}`);
    if (embedded.role === 'holder') {
      const { startWorkerHost } = await loadWorkers();
      return await holdServer(reading, { embedded, open, metrics, startWorkerHost });
    }
    if (metrics !== null) printNote(metricsElsewhere);
    return joinHolder(reading, embedded, open);
  } catch (error) {
    if (embedded.role === 'holder') await embedded.close();
    throw error;
  }
}

function joinHolder(reading: ReadingSession, embedded: EmbeddedJoiner, open: OpenClient): Session {
  const { holder, uiUrl } = embedded;
  const watch = followHolder(reading.folder.lockFile, holder);
  return {
    ...reading,
    ...open,
    uiUrl,
    role: 'joiner',
    serve: async (_, keys) => refuseMissingVariables(holder, [...keys, ...payloadKeyVariables()]),
    serveJob: async () => refuseMissingVariables(holder, payloadKeyVariables()),
    serveJudging: async (_, keys) =>
      refuseMissingVariables(holder, [...keys, ...payloadKeyVariables()]),
    embedders: async () => [],
    gone: watch.gone,
    async close() {
      watch.stop();
      await open.close();
      await reading.close();
    },
  };
}

async function holdServer(
  reading: ReadingSession,
  {
    embedded,
    open,
    metrics,
    startWorkerHost,
  }: {
    readonly embedded: EmbeddedHolder;
    readonly open: OpenClient;
    readonly metrics: ListenAddress | null;
    readonly startWorkerHost: (typeof workerHost)['startWorkerHost'];
  },
): Promise<Session> {
  // What was wanted of runs while no process worked on them comes before their work.
  await tellWorkflows(open.client, reading.stores.runs);
  const host = await startWorkerHost({
    stores: reading.stores,
    environment: process.env,
    logFile: join(reading.folder.logsFolder, 'worker.log'),
    metrics,
    role: 'all',
    device: null,
    onNote: printNote,
    onUnserved: (owner, error) => printNote(`${owner} cannot be served: ${error.message}`),
    embedded: open,
  });
  const serverLost = new Promise<never>((_, reject) => embedded.onFatal(reject));
  serverLost.catch(() => undefined);
  const gone = Promise.race([host.failed, serverLost]);
  gone.catch(() => undefined);
  return {
    ...reading,
    ...open,
    uiUrl: embedded.uiUrl,
    role: 'holder',
    serve: (spec) => host.serve(spec),
    serveJob: (source) => host.serveJob(source),
    serveJudging: (spec) => host.serveJudging(spec),
    embedders: host.embedders,
    gone,
    async close() {
      await host.close();
      await open.close();
      await embedded.close();
      await reading.close();
    },
  };
}

/** What this process encrypts with must be there where the work is done. */
function payloadKeyVariables(): string[] {
  return ['VIDEOQA_PAYLOAD_KEY', 'VIDEOQA_PAYLOAD_KEY_FILE'].filter((name) => process.env[name]);
}

import type { Embedder } from '../adapters/embedding/embedder.ts';
import { connectCluster, namesCluster, type OpenClient } from '../client/connect.ts';
import type { FrameSource, RunSpec } from '../domain/run-spec.ts';
import { openStateFolder, type StateFolder } from '../workers/embedded/state-folder.ts';
import { openPayloadEncryption } from '../workers/payload-encryption.ts';
import { openStores, type Stores } from '../workers/open-stores.ts';
import { openEmbeddedSession } from './embedded-session.ts';
import { metricsAddress, metricsElsewhere } from './metrics-address.ts';
import { printNote } from './output.ts';

/** The state folder and its stores, for verbs that only read. */
export type ReadingSession = {
  readonly folder: StateFolder;
  readonly stores: Stores;
  close(): Promise<void>;
};

/** Stores plus a Temporal server, and the workers where this process is the one to run them. */
export type Session = ReadingSession & {
  readonly client: OpenClient['client'];
  readonly address: string;
  readonly namespace: string;
  /** Null where the cluster's UI is somewhere we do not know. */
  readonly uiUrl: string | null;
  readonly role: 'holder' | 'joiner' | 'cluster';
  /** Sees to it that a run's queues are served, or refuses with the way out. */
  serve(spec: RunSpec, keys: readonly string[]): Promise<void>;
  /** The same for an index job, which needs no keys. */
  serveJob(source: FrameSource): Promise<void>;
  /** The same for the judging of a run alone. */
  serveJudging(spec: RunSpec, keys: readonly string[]): Promise<void>;
  /** The embedding models of this process, and what they have done; none where others work. */
  embedders(): Promise<Embedder[]>;
  /** Rejects when the server or the workers that the session relies on are gone. */
  readonly gone: Promise<never>;
};

export async function openReadingSession(environment = process.env): Promise<ReadingSession> {
  const folder = await openStateFolder(environment);
  const stores = await openStores(folder.path, environment);
  return { folder, stores, close: () => stores.close() };
}

/** Opens the cluster that the environment names, else the embedded server of the state folder. */
export async function openSession(
  options: { readonly embedded?: boolean; readonly metrics?: string | undefined } = {},
): Promise<Session> {
  const metrics = metricsAddress(options.metrics, process.env);
  const reading = await openReadingSession();
  try {
    const usesCluster = options.embedded !== true && namesCluster();
    if (!usesCluster) return await openEmbeddedSession(reading, metrics);
    if (metrics !== null) printNote(metricsElsewhere);
    return await onCluster(reading);
  } catch (error) {
    await reading.close();
    throw error;
  }
}

async function onCluster(reading: ReadingSession): Promise<Session> {
  const { dataConverter } = await openPayloadEncryption(process.env);
  const open = await connectCluster(dataConverter);
  printNote(`Temporal: ${open.address}, namespace ${open.namespace}`);
  return {
    ...reading,
    ...open,
    uiUrl: null,
    role: 'cluster',
    serve: async () => undefined,
    serveJob: async () => undefined,
    serveJudging: async () => undefined,
    embedders: async () => [],
    gone: new Promise<never>(() => undefined),
    async close() {
      await open.close();
      await reading.close();
    },
  };
}

import { join } from 'node:path';
import { connectEmbedded, type OpenClient } from '../client/connect.ts';
import { EnvironmentError } from '../domain/usage-error.ts';
import type { EmbeddedHolder } from '../workers/embedded/become-holder.ts';
import { refuseMissingVariables } from '../workers/embedded/holder-record.ts';
import {
  type EmbeddedJoiner,
  openEmbeddedTemporal,
} from '../workers/embedded/open-embedded-temporal.ts';
import { watchHolder } from '../workers/embedded/watch-holder.ts';
import { startWorkerHost } from '../workers/worker-host.ts';
import { printNote } from './output.ts';
import type { ReadingSession, Session } from './session.ts';

/** Opens the embedded server of the state folder: as its holder, which also works, or as a joiner, which watches. */
export async function openEmbeddedSession(reading: ReadingSession): Promise<Session> {
  const embedded = await openEmbeddedTemporal({
    stateFolder: reading.folder,
    environment: process.env,
    onProgress: printNote,
  });
  try {
    const open = await connectEmbedded(embedded.address, embedded.namespace);
    printNote(`Temporal: embedded at ${embedded.address}; UI at ${embedded.uiUrl}`);
    return embedded.role === 'joiner'
      ? joinHolder(reading, embedded, open)
      : await holdServer(reading, embedded, open);
  } catch (error) {
    if (embedded.role === 'holder') await embedded.close();
    throw error;
  }
}

function joinHolder(reading: ReadingSession, embedded: EmbeddedJoiner, open: OpenClient): Session {
  const { holder, uiUrl } = embedded;
  let stopWatching = (): void => undefined;
  const gone = new Promise<never>((_, reject) => {
    const { lockFile } = reading.folder;
    stopWatching = watchHolder(lockFile, holder, () => reject(holderGone(holder.pid)));
  });
  gone.catch(() => undefined);
  return {
    ...reading,
    ...open,
    uiUrl,
    role: 'joiner',
    serve: async (_, keys) => refuseMissingVariables(holder, keys),
    serveJob: async () => undefined,
    embedders: async () => [],
    gone,
    async close() {
      stopWatching();
      await open.close();
      await reading.close();
    },
  };
}

async function holdServer(
  reading: ReadingSession,
  embedded: EmbeddedHolder,
  open: OpenClient,
): Promise<Session> {
  const host = await startWorkerHost({
    stores: reading.stores,
    environment: process.env,
    logFile: join(reading.folder.logsFolder, 'worker.log'),
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

function holderGone(pid: number): EnvironmentError {
  return new EnvironmentError(
    `The process ${pid} that ran the server and the workers has ended. Run the same command again: ` +
      'it goes on where this stopped, and nothing finished is paid for twice.',
  );
}

import { crashPoint } from '../../domain/crash-points.ts';
import type { EnvironmentError } from '../../domain/errors/usage-error.ts';
import { findTemporalBinary } from './find-temporal-binary.ts';
import { choosePorts, type ServerPorts } from './free-ports.ts';
import type { HolderLock } from './holder-lock.ts';
import type { ServerProcess } from './launch-temporal-server.ts';
import { embeddedNamespace } from './namespace-setup.ts';
import {
  moveIncompleteDatabaseAside,
  readServerRecord,
  writeServerRecord,
  type ServerRecord,
} from './server-record.ts';
import { settleLeftOverServers } from './left-over-servers.ts';
import type { StateFolder } from './state-folder.ts';
import type { TemporalBinary } from './temporal-binary.ts';
import { bringUpServer, keepServerRunning, serverAddress } from './temporal-server.ts';

/** What opening an embedded Temporal needs. */
export type EmbeddedOptions = {
  readonly stateFolder: StateFolder;
  readonly environment: NodeJS.ProcessEnv;
  readonly onProgress: (message: string) => void;
  /** Called before the server is started: there is about a second to do something else in. */
  readonly onHolding?: () => void;
};

/** This process holds the state folder and its server. */
export type EmbeddedHolder = {
  readonly role: 'holder';
  readonly address: string;
  readonly uiUrl: string;
  readonly namespace: typeof embeddedNamespace;
  /** Stops the server and lets go of the state folder; a second call waits for the first. */
  close(): Promise<void>;
  /**
   * Calls back when the server died and three starts in a row did not bring it up: end with the error's
   * exit code. It stays to `close`. Called at once when that has already happened.
   */
  onFatal(callback: (error: EnvironmentError) => void): void;
};

type Serving = { readonly server: ServerProcess; readonly ports: ServerPorts };

/** Gets the server up, or takes over the one that is left, and keeps it running. Lets go of the lock if it cannot. */
export async function becomeHolder(
  lock: HolderLock,
  options: EmbeddedOptions,
): Promise<EmbeddedHolder> {
  try {
    const { stateFolder, environment, onProgress } = options;
    const record = await readServerRecord(stateFolder);
    const { createdBy } = record;
    const finding = findTemporalBinary({ environment, createdBy, onProgress });
    options.onHolding?.();
    const binary = await finding;
    const serving =
      (await settleLeftOverServers(stateFolder, createdBy, onProgress)) ??
      (await startServer(binary, record, options));
    crashPoint('server-started');
    await lock.update({
      state: 'serving',
      ports: serving.ports,
      binary: binary.path,
      version: { cli: binary.cliVersion, server: binary.serverVersion },
      serverPid: serving.server.identity?.pid ?? null,
    });
    return holdServer(lock, options, binary, serving);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function startServer(
  binary: TemporalBinary,
  record: ServerRecord,
  { stateFolder, onProgress }: EmbeddedOptions,
): Promise<Serving> {
  if (record.createdBy === null) {
    const aside = await moveIncompleteDatabaseAside(stateFolder);
    if (aside) onProgress(`The first start of the database did not complete; it is now ${aside}`);
  }
  const ports = await choosePorts(record.ports);
  // Before the start: should another server on this file have escaped every look, the ports collide.
  await writeServerRecord(stateFolder, { ...record, ports });
  const specification = { binary: binary.path, stateFolder, ports };
  const server = await bringUpServer(specification, onProgress);
  if (record.createdBy === null) {
    const { path, cliVersion, serverVersion } = binary;
    const createdBy = { binary: path, cliVersion, serverVersion, at: new Date().toISOString() };
    await writeServerRecord(stateFolder, { ...record, ports, createdBy });
  }
  return { server, ports };
}

function holdServer(
  lock: HolderLock,
  { stateFolder, onProgress }: EmbeddedOptions,
  binary: TemporalBinary,
  { server, ports }: Serving,
): EmbeddedHolder {
  const kept = keepServerRunning(server, {
    specification: { binary: binary.path, stateFolder, ports },
    onProgress,
    onRestarted: ({ pid }) => lock.update({ serverPid: pid }),
  });
  const closeOnce = async (): Promise<void> => {
    await lock.update({ state: 'stopping' });
    await kept.stop();
    await lock.release();
  };
  let closing: Promise<void> | undefined;
  return {
    role: 'holder',
    address: serverAddress({ ports }),
    uiUrl: `http://127.0.0.1:${ports.ui}`,
    namespace: embeddedNamespace,
    close: () => (closing ??= closeOnce()),
    onFatal: (callback) => void kept.fatal.then(callback),
  };
}

import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import type { ServerPorts } from './free-ports.ts';
import { adoptTemporalServer, type ServerProcess } from './launch-temporal-server.ts';
import { findServersOn, type RunningServer } from './running-servers.ts';
import { waitUntilServing } from './server-readiness.ts';
import type { DatabaseOrigin } from './server-record.ts';
import type { StateFolder } from './state-folder.ts';
import { stopProcessGroup } from './stop-process-group.ts';

/** A left-over that is whole answers at once; one whose holder was killed while starting it, soon. */
const adoptionLimitMs = 20_000;

/**
 * Deals with servers that a holder left behind on this database: exactly one that answers is kept, for
 * there must never be two. Whatever does not answer, is one of several, or serves a database whose first
 * start did not complete is stopped. Only for the holder of the lock. Null: none runs now.
 *
 * @throws {EnvironmentError} when the one that answers has another version than the database
 */
export async function settleLeftOverServers(
  stateFolder: StateFolder,
  createdBy: DatabaseOrigin | null,
  onProgress: (message: string) => void,
): Promise<{ readonly server: ServerProcess; readonly ports: ServerPorts } | null> {
  const servers = await findServersOn(stateFolder.databaseFile);
  const [server] = servers;
  if (createdBy !== null && servers.length === 1 && server?.ports) {
    const adopted = adoptTemporalServer(server);
    if (await answers(server.ports, adopted, createdBy)) {
      onProgress(`Keeping the Temporal server that was left running (process ${server.pid})`);
      return { server: adopted, ports: server.ports };
    }
  }
  await stopServers(servers, onProgress);
  return null;
}

/** Stops every server that has this database open; returns the numbers of the processes. */
export async function stopLeftOverServers(
  stateFolder: StateFolder,
  onProgress: (message: string) => void,
): Promise<readonly number[]> {
  const servers = await findServersOn(stateFolder.databaseFile);
  await stopServers(servers, onProgress);
  return servers.map(({ pid }) => pid);
}

async function stopServers(
  servers: readonly RunningServer[],
  onProgress: (message: string) => void,
): Promise<void> {
  for (const server of servers) {
    onProgress(`Stopping a Temporal server that was left running (process ${server.pid})`);
    await stopProcessGroup(server);
  }
}

async function answers(
  ports: ServerPorts,
  server: ServerProcess,
  createdBy: DatabaseOrigin,
): Promise<boolean> {
  let version: string;
  try {
    const limits = { limitMs: adoptionLimitMs, signal: new AbortController().signal };
    version = await waitUntilServing(`127.0.0.1:${ports.grpc}`, server, limits);
  } catch (error) {
    if (error instanceof EnvironmentError) throw error;
    return false;
  }
  if (version === createdBy.serverVersion) return true;
  throw new EnvironmentError(
    `A Temporal server ${version} (process ${server.identity?.pid}) runs on a database that ` +
      `server ${createdBy.serverVersion} made. Stop it, and do not start it on this file again: videoqa down`,
  );
}

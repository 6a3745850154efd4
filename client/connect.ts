import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { EnvironmentError } from '../domain/usage-error.ts';

/** A client with the connection it owns. */
export type OpenClient = {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  close(): Promise<void>;
};

/**
 * Whether the profile file or the `TEMPORAL_*` variables name a cluster; without one the embedded
 * server is used.
 */
export function namesCluster(): boolean {
  return loadClientConnectConfig().connectionOptions.address !== undefined;
}

/** Connects to an embedded server on loopback. */
export function connectEmbedded(address: string, namespace: string): Promise<OpenClient> {
  return open({ address }, namespace);
}

/** Connects as Temporal's own command line would. */
export function connectCluster(): Promise<OpenClient> {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return open(connectionOptions, namespace ?? 'default');
}

async function open(options: ConnectionOptions, namespace: string): Promise<OpenClient> {
  const address = options.address ?? 'localhost:7233';
  try {
    const connection = await Connection.connect(options);
    const client = new Client({ connection, namespace });
    return { client, address, namespace, close: () => connection.close() };
  } catch (cause) {
    throw new EnvironmentError(
      `No Temporal server answers at ${address}. Start it, or unset TEMPORAL_ADDRESS to use the embedded one.`,
      { cause },
    );
  }
}

import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { EnvironmentError } from '../domain/errors/usage-error.ts';

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
export function connectEmbedded(
  address: string,
  namespace: string,
  dataConverter: DataConverter = {},
): Promise<OpenClient> {
  return open({ address }, namespace, dataConverter);
}

/** Connects as Temporal's own command line would. */
export function connectCluster(dataConverter: DataConverter = {}): Promise<OpenClient> {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return open(connectionOptions, namespace ?? 'default', dataConverter);
}

async function open(
  options: ConnectionOptions,
  namespace: string,
  dataConverter: DataConverter,
): Promise<OpenClient> {
  const address = options.address ?? 'localhost:7233';
  try {
    const connection = await Connection.connect(options);
    const client = new Client({ connection, namespace, dataConverter });
    return { client, address, namespace, close: () => connection.close() };
  } catch (cause) {
    throw new EnvironmentError(
      `No Temporal server answers at ${address}. Start it, or unset TEMPORAL_ADDRESS to use the embedded one.`,
      { cause },
    );
  }
}

import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { choosePorts } from '../workers/embedded/free-ports.ts';
import { readHolder } from '../workers/embedded/holder-record.ts';
import { embeddedNamespace } from '../workers/embedded/namespace-setup.ts';
import { openEmbeddedTemporal } from '../workers/embedded/open-embedded-temporal.ts';
import { waitUntilServing } from '../workers/embedded/server-readiness.ts';
import { serverFlags, type ServerSettings } from '../workers/embedded/server-settings.ts';
import { openStateFolder } from '../workers/embedded/state-folder.ts';
import { attributeColumns, dropUnusedIndexes } from './visibility-indexes.ts';

/**
 * `embedded`: as the product runs it; `plain`: `temporal server start-dev --db-filename f` and no
 * other setting; `wal`: the same with the WAL pragma alone.
 */
export const serverKinds = ['embedded', 'plain', 'wal'] as const;
export type ServerKind = (typeof serverKinds)[number];

/** A server on an empty database, whose process is known. */
export type MeasuredServer = {
  readonly address: string;
  readonly namespace: string;
  readonly pid: number;
  /** Not there where the state is in memory. */
  readonly databaseFile: string;
  close(): Promise<void>;
};

export type ServerPlace = {
  readonly folder: string;
  /** Path of the Temporal CLI. */
  readonly binary: string;
};

/** A dev server without any setting of ours. */
export const noSettings: ServerSettings = {
  pragmas: {},
  dynamicConfig: {},
  logLevel: null,
  gogc: null,
};

/** Starts a server of a kind and returns when it answers. */
export function startMeasuredServer(kind: ServerKind, place: ServerPlace): Promise<MeasuredServer> {
  if (kind === 'embedded') return startEmbedded(place);
  const wal = { ...noSettings, pragmas: { journal_mode: 'WAL' } };
  return startServerWith(kind === 'wal' ? wal : noSettings, place);
}

async function startEmbedded({ folder, binary }: ServerPlace): Promise<MeasuredServer> {
  const environment = { ...process.env, VIDEOQA_HOME: folder, VIDEOQA_TEMPORAL_CLI: binary };
  const stateFolder = await openStateFolder(environment);
  const onProgress = (): void => undefined;
  const embedded = await openEmbeddedTemporal({ stateFolder, environment, onProgress });
  const pid = (await readHolder(stateFolder.lockFile))?.serverPid ?? null;
  if (embedded.role !== 'holder' || pid === null) throw new Error(`${folder} is not ours alone`);
  const { address, namespace } = embedded;
  const { databaseFile } = stateFolder;
  return { address, namespace, pid, databaseFile, close: () => embedded.close() };
}

/**
 * What a dev server keeps its state in: a file, nothing but memory, or a file whose list of workflows
 * has lost the indexes by which nobody looks for ours.
 */
export type DatabaseKind = 'file' | 'memory' | 'few-indexes';

/** Starts a dev server with the given settings and no other. */
export async function startServerWith(
  settings: ServerSettings,
  place: ServerPlace,
  database: DatabaseKind = 'file',
): Promise<MeasuredServer> {
  if (database !== 'few-indexes') return launch(settings, place, database);
  const first = await launch(settings, place, 'file');
  const columns = await attributeColumns(first.address).finally(() => first.close());
  dropUnusedIndexes(first.databaseFile, columns);
  return launch(settings, place, 'file');
}

async function launch(
  settings: ServerSettings,
  { folder, binary }: ServerPlace,
  database: 'file' | 'memory',
): Promise<MeasuredServer> {
  const { grpc, ui } = await choosePorts(null);
  const databaseFile = join(folder, 'temporal.db');
  const log = await open(join(folder, 'server.log'), 'a');
  const ports = ['--port', `${grpc}`, '--ui-port', `${ui}`];
  const flags =
    database === 'file'
      ? ['--db-filename', databaseFile, ...serverFlags(settings)]
      : serverFlags({ ...settings, pragmas: {} });
  const { GOGC: _, ...environment } = process.env;
  const env = settings.gogc === null ? environment : { ...environment, GOGC: settings.gogc };
  const child = spawn(binary, ['server', 'start-dev', ...ports, ...flags], {
    cwd: folder,
    stdio: ['ignore', log.fd, log.fd],
    env,
  });
  await log.close();
  const ended = once(child, 'exit').then(([code, signal]) => `${signal ?? code}`);
  const address = `127.0.0.1:${grpc}`;
  const limits = { limitMs: 60_000, signal: new AbortController().signal };
  const close = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  try {
    await waitUntilServing(address, { identity: null, ended }, limits);
  } catch (error) {
    await close();
    throw error;
  }
  return { address, namespace: embeddedNamespace, pid: child.pid!, databaseFile, close };
}

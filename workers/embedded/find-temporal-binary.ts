import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { buildTemporalCli, goInstallCommand } from './build-temporal-cli.ts';
import { cacheFolder } from '../cache-folder.ts';
import { downloadTemporalCli, officialDownload } from './download-temporal-cli.ts';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import { placeInCache } from './place-in-cache.ts';
import type { DatabaseOrigin } from './server-record.ts';
import {
  canOpen,
  describeVersions,
  inspectBinary,
  pinnedCli,
  type TemporalBinary,
} from './temporal-binary.ts';

/** What the search for a Temporal CLI needs to know. */
export type BinarySearch = {
  readonly environment: NodeJS.ProcessEnv;
  /** What made the database that the binary is to open; null for a new one. */
  readonly createdBy: DatabaseOrigin | null;
  readonly onProgress: (message: string) => void;
  /** @default the official service */
  readonly downloadService?: string;
};

/** Where a binary was looked for, and what came of it: a binary, or the reason why not. */
type Attempt = { readonly place: string; readonly result: TemporalBinary | string };
type Disappointment = { readonly place: string; readonly reason: string };

/** Where the pinned CLI lies in the cache; it need not be there. */
export function cachedTemporalBinary(environment: NodeJS.ProcessEnv): string {
  return join(cacheFolder(environment), 'temporal-cli', `v${pinnedCli.version}`, 'temporal');
}

/**
 * Finds a Temporal CLI that can open the database, or obtains one. In this order: the one named by
 * `VIDEOQA_TEMPORAL_CLI`, the one that made the database, `temporal` on PATH, the cache, the official
 * download, a build with Go (minutes). The last two end up in the cache, so they happen once.
 *
 * @throws {EnvironmentError} naming everything that was tried and the command to go on with
 */
export async function findTemporalBinary(search: BinarySearch): Promise<TemporalBinary> {
  const named = search.environment['VIDEOQA_TEMPORAL_CLI'];
  if (named) return useNamedBinary(named, search.createdBy);

  const tried: Disappointment[] = [];
  for await (const { place, result } of lookEverywhere(search)) {
    if (typeof result === 'string') tried.push({ place, reason: result });
    else if (!search.createdBy || canOpen(result, search.createdBy)) return result;
    else tried.push({ place, reason: `is ${describeVersions(result)}` });
  }
  throw nothingFound(tried, search.createdBy);
}

async function* lookEverywhere(search: BinarySearch): AsyncGenerator<Attempt> {
  const { environment, createdBy } = search;
  if (createdBy) {
    const place = `the one that made the database, ${createdBy.binary}`;
    yield { place, result: await inspectBinary(createdBy.binary) };
  }
  yield* lookOnPath(environment);

  const cached = cachedTemporalBinary(environment);
  yield { place: `the cache, ${cached}`, result: await inspectBinary(cached) };

  if (createdBy && createdBy.serverVersion !== pinnedCli.serverVersion) {
    const result = `not tried: they would give server ${pinnedCli.serverVersion}`;
    yield { place: 'download and go install', result };
    return;
  }
  yield { place: 'the official download', result: await obtain(cached, search, 'download') };
  yield { place: goInstallCommand, result: await obtain(cached, search, 'build') };
}

async function* lookOnPath(environment: NodeJS.ProcessEnv): AsyncGenerator<Attempt> {
  let isOnPath = false;
  for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
    if (!folder) continue;
    const path = join(folder, 'temporal');
    if (!(await isExecutable(path))) continue;
    isOnPath = true;
    yield { place: `on PATH, ${path}`, result: await inspectBinary(path) };
  }
  if (!isOnPath) yield { place: 'temporal on PATH', result: 'not there' };
}

/** Downloads or builds the pinned CLI into the cache; returns the reason where that fails. */
async function obtain(
  cached: string,
  search: BinarySearch,
  way: 'download' | 'build',
): Promise<TemporalBinary | string> {
  const { environment, onProgress, downloadService = officialDownload } = search;
  if (way === 'build') {
    onProgress(`Building the Temporal server once, with: ${goInstallCommand} (4 to 10 minutes)`);
  }
  try {
    await placeInCache(cached, (workFolder) =>
      way === 'download'
        ? downloadTemporalCli(workFolder, downloadService, onProgress)
        : buildTemporalCli(workFolder, environment, onProgress),
    );
  } catch (error) {
    const reason = (error as Error).message;
    onProgress(`No Temporal server by ${way}: ${reason}`);
    return reason;
  }
  onProgress(`Keeping the Temporal server in ${cached}`);
  return inspectBinary(cached);
}

async function useNamedBinary(
  path: string,
  createdBy: DatabaseOrigin | null,
): Promise<TemporalBinary> {
  const binary = await inspectBinary(path);
  if (typeof binary === 'string') {
    throw new EnvironmentError(
      `VIDEOQA_TEMPORAL_CLI names ${path}: ${binary}. Name the path of a Temporal CLI ` +
        `(v${pinnedCli.version} is the one tested), or have one looked for: unset VIDEOQA_TEMPORAL_CLI`,
    );
  }
  if (!createdBy || canOpen(binary, createdBy)) return binary;
  throw new EnvironmentError(
    `VIDEOQA_TEMPORAL_CLI names ${path}, which is ${describeVersions(binary)}, but the database ` +
      `here was made by ${describeVersions(createdBy)}, and one version cannot open the database ` +
      `of another. ${waysOn(createdBy)}`,
  );
}

function nothingFound(
  tried: readonly Disappointment[],
  createdBy: DatabaseOrigin | null,
): EnvironmentError {
  const list = tried.map(({ place, reason }) => `  - ${place}: ${reason}`).join('\n');
  if (createdBy) {
    return new EnvironmentError(
      `The database here was made by ${describeVersions(createdBy)}, only that version can open ` +
        `it, and it was not found:\n${list}\n${waysOn(createdBy)}`,
    );
  }
  return new EnvironmentError(
    `No Temporal server was found, and none could be obtained:\n${list}\n` +
      `Copy a Temporal CLI v${pinnedCli.version} to this machine (or install Go 1.25 or newer, to ` +
      'have it built) and say where it is: export VIDEOQA_TEMPORAL_CLI=<path>',
  );
}

function waysOn(createdBy: DatabaseOrigin): string {
  return (
    `Go on with that version: export VIDEOQA_TEMPORAL_CLI=${createdBy.binary} (or where a copy of ` +
    'it lies). Or leave the database where it is and start with an empty server: ' +
    'export VIDEOQA_HOME=<new folder>'
  );
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

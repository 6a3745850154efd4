import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { checkConfig, checkMapping } from '../../domain/config/check-config.ts';
import type { Config } from '../../domain/config/config.ts';
import { joinPath, type ConfigProblem } from '../../domain/config/config-problem.ts';
import type { DatasetMapping } from '../../domain/config/dataset-mapping.ts';
import { isGroup, mergeConfig, type RawConfig } from '../../domain/config/raw-config.ts';
import { isBlind } from '../../domain/strategy-spec.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { findMediaRoot } from '../datasets/find-media-root.ts';
import { resolveConfigPaths } from './config-paths.ts';
import { readYaml } from './yaml-lines.ts';

/** What the command line says beside a configuration file; relative paths start from `folder`. */
export type CommandLine = { readonly raw: RawConfig; readonly folder: string };

/** A checked configuration, and where each of its values stands. */
export type ReadConfig = {
  readonly config: Config;
  /** Where a value stands: `command line`, `<file>:<line>`, or null where it is a default. */
  readonly originOf: (path: readonly (string | number)[]) => string | null;
};

/**
 * Reads a configuration file. Paths in it start from its own folder and come back absolute.
 *
 * @param overrides laid over the file before it is checked
 * @throws {UsageError} listing every mistake with file, line, key, and the nearest known key
 */
export async function readConfig(file: string, overrides?: CommandLine): Promise<Config> {
  return (await readConfigOrigins(file, overrides)).config;
}

/** As `readConfig`, with the origins of the values. */
export async function readConfigOrigins(
  file: string,
  overrides?: CommandLine,
): Promise<ReadConfig> {
  const { value, lineOf } = readYaml(await readText(file), file);
  if (!isGroup(value)) throw new UsageError(`${file}:1: must hold keys such as "name: my-run"`);
  const below = resolveConfigPaths(value, dirname(resolve(file)));
  const above = overrides === undefined ? {} : resolveConfigPaths(overrides.raw, overrides.folder);
  const config = check(mergeConfig(below, above), ({ path }) =>
    isGiven(above, path)
      ? { line: 0, name: 'command line' }
      : { line: lineOf(path), name: `${file}:${lineOf(path)}` },
  );
  return {
    config: await withVideos(config),
    originOf(path) {
      if (isGiven(above, path)) return 'command line';
      return isGiven(below, path) ? `${file}:${lineOf(path)}` : null;
    },
  };
}

/**
 * Checks a configuration that stands on the command line alone.
 *
 * @throws {UsageError} listing every mistake
 */
export function readCommandLine({ raw, folder }: CommandLine): Config {
  return check(resolveConfigPaths(raw, folder), () => ({ line: 0, name: 'command line' }));
}

/** Where frames are cut and no folder is named, the format knows where its videos lie. */
async function withVideos(config: Config): Promise<Config> {
  const { dataset, strategy } = config;
  if (isBlind(strategy)) return config;
  if (dataset.extract === undefined || dataset.videos !== undefined) return config;
  return { ...config, dataset: { ...dataset, videos: await findMediaRoot(dataset) } };
}

/**
 * Reads a file with what `dataset.mapping` would say.
 *
 * @throws {UsageError} listing every mistake with file, line and key
 */
export async function readMapping(file: string): Promise<DatasetMapping> {
  const { value, lineOf } = readYaml(await readText(file), file);
  const { mapping, problems } = checkMapping(value);
  if (mapping !== null) return mapping;
  const messages = problems.map(
    ({ path, message }) => `${file}:${lineOf(path)}: ${joinPath(path)}: ${message}`,
  );
  throw new UsageError(messages.join('\n'));
}

type Place = { readonly line: number; readonly name: string };

function check(raw: RawConfig, placeOf: (problem: ConfigProblem) => Place): Config {
  const { config, problems } = checkConfig(raw);
  if (config !== null) return config;
  const messages = problems
    .map((problem) => ({ ...problem, place: placeOf(problem) }))
    .toSorted((left, right) => left.place.line - right.place.line)
    .map(({ place, path, message }) => `${place.name}: ${joinPath(path)}: ${message}`);
  throw new UsageError(messages.join('\n'));
}

function isGiven(raw: RawConfig, path: readonly (string | number)[]): boolean {
  let value: unknown = raw;
  for (const step of path) value = isGroup(value) ? value[step] : undefined;
  return path.length > 0 && value !== undefined;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    const message =
      reason === 'ENOENT'
        ? `there is no configuration file ${file}`
        : `${file} cannot be read: ${reason}`;
    throw new UsageError(message, { cause: error });
  }
}

import { resolve } from 'node:path';
import { isGroup, mergeConfig, type RawConfig } from '../../domain/config/raw-config.ts';

/** Keys that hold a path. */
const pathKeys = [
  ['dataset', 'path'],
  ['dataset', 'frames'],
  ['dataset', 'videos'],
  ['dataset', 'extract', 'times'],
  ['dataset', 'embeddings'],
  ['models', 'embedding', 'path'],
  ['judge', 'calibration'],
  ['output'],
];
const frameTimeFile = ['dataset', 'frameTime', 'file'];

/**
 * Makes the paths of a configuration absolute. A `dataset.frameTime.file` without a folder stays
 * as it is: it is looked up beside the frames.
 *
 * @param folder what relative paths start from
 */
export function resolveConfigPaths(raw: RawConfig, folder: string): RawConfig {
  const keys = [...pathKeys, frameTimeFile];
  return keys.reduce((config, key) => resolveAt(config, key, folder), raw);
}

function resolveAt(config: RawConfig, key: readonly string[], folder: string): RawConfig {
  let value: unknown = config;
  for (const step of key) value = isGroup(value) ? value[step] : undefined;
  if (typeof value !== 'string' || value === '') return config;
  if (key === frameTimeFile && !/[/\\]/.test(value)) return config;
  return mergeConfig(config, nested(key, resolve(folder, value)));
}

function nested(key: readonly string[], value: string): RawConfig {
  const [first = '', ...rest] = key;
  return { [first]: rest.length === 0 ? value : nested(rest, value) };
}

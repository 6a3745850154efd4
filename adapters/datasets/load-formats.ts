import { readdir } from 'node:fs/promises';
import { extname } from 'node:path';
import { nearestName } from '../../domain/text/nearest-name.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import type { DatasetFormat } from './format.ts';

const folder = new URL('./formats/', import.meta.url);

/** Names of all formats: the files of the folder `formats`. */
export async function formatNames(): Promise<readonly string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => /^[^.]+\.(js|ts)$/.test(file))
    .map((file) => file.slice(0, -extname(file).length))
    .toSorted();
}

/** @throws {UsageError} when there is no such format */
export async function loadFormat(name: string): Promise<DatasetFormat> {
  const names = await formatNames();
  if (!names.includes(name)) {
    const nearest = nearestName(name, names);
    const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
    throw new UsageError(`there is no dataset format ${name}${hint} Known: ${names.join(', ')}`);
  }
  const file = new URL(`${name}${extname(import.meta.url)}`, folder);
  const { format } = (await import(file.href)) as { format: DatasetFormat };
  return format;
}

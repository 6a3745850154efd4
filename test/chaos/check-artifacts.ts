import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readManifest } from '../../adapters/video/frame-manifest.ts';
import { blobsNamed, type NamedBlob } from './stored-state.ts';
import { type Violation, violated } from './violation.ts';

/**
 * Every blob that anything names is there and is what its name says, and no file that somebody may
 * read is torn. Temporary files, which a killed writer leaves and nobody reads, are allowed.
 *
 * @param output  the folder of result files, or null
 */
export async function checkArtifacts(home: string, output: string | null): Promise<Violation[]> {
  const folder = join(home, 'blobs', 'sha256');
  const present = new Map<string, boolean>();
  const odd: string[] = [];
  for (const part of existsSync(folder) ? await readdir(folder) : []) {
    for (const name of await readdir(join(folder, part))) {
      if (name.endsWith('.tmp')) continue;
      if (!/^[0-9a-f]{64}$/.test(name)) odd.push(name);
      else present.set(name, (await hashOf(join(folder, part, name))) === name);
    }
  }
  const named = blobsNamed(home);
  const manifests = named.filter(({ namedBy }) => namedBy === 'video_cuts.manifest');
  const frames = (
    await Promise.all(manifests.map(({ sha256 }) => framesOf(folder, sha256, present)))
  ).flat();
  const missing = [...named, ...frames].filter(({ sha256 }) => !present.has(sha256));
  return [
    ...violated('a file has the content of its name', keysOf(present, false)),
    ...violated('no blob was found damaged', odd),
    ...violated(
      'every artifact that is named exists',
      missing.map(({ sha256, namedBy }) => `${sha256.slice(0, 12)} of ${namedBy}`),
    ),
    ...(output === null ? [] : violated('result files are whole', await tornJson(output))),
  ];
}

async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

function keysOf(present: ReadonlyMap<string, boolean>, isWhole: boolean): string[] {
  return [...present].flatMap(([name, whole]) => (whole === isWhole ? [name] : []));
}

async function framesOf(
  folder: string,
  manifest: string,
  present: ReadonlyMap<string, boolean>,
): Promise<NamedBlob[]> {
  if (present.get(manifest) !== true) return [];
  const { frames } = readManifest(await readFile(join(folder, manifest.slice(0, 2), manifest)));
  return frames.map(({ sha256 }) => ({ sha256, namedBy: 'a manifest of frames' }));
}

async function tornJson(output: string): Promise<string[]> {
  const names = existsSync(output) ? await readdir(output) : [];
  const torn: string[] = [];
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    try {
      JSON.parse(await readFile(join(output, name), 'utf8'));
    } catch {
      torn.push(name);
    }
  }
  return torn;
}

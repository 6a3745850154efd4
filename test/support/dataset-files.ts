import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { describeProblem } from '../../adapters/datasets/problem.ts';
import { readDataset } from '../../adapters/datasets/read-dataset.ts';
import type { DatasetMapping } from '../../domain/config/dataset-mapping.ts';
import type { Item } from '../../domain/item.ts';

/** Folder of the real annotation files, where they are on this machine. */
export const annotationsFolder = fileURLToPath(
  new URL('../../../shared/data/annotations', import.meta.url),
);
export const hasAnnotations: boolean = existsSync(annotationsFolder);

/** Files by their names: text or bytes as they are, anything else as JSON. */
export type PlacedFiles = Readonly<Record<string, unknown>>;

/** Writes files into a folder that is removed after the test. */
export async function placeFiles(files: PlacedFiles): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dataset-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    const isWritten = typeof content === 'string' || content instanceof Uint8Array;
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), isWritten ? content : JSON.stringify(content, null, 1));
  }
  return folder;
}

/**
 * Reads files in a format.
 *
 * @param path  default: the first of the files
 * @returns items, how their videos are named, and every problem as `severity kind: text`
 */
export async function readPlaced(
  format: string,
  files: PlacedFiles,
  {
    path = Object.keys(files)[0] ?? '',
    mapping,
  }: { readonly path?: string; readonly mapping?: DatasetMapping } = {},
) {
  const folder = await placeFiles(files);
  const dataset = { format, path: join(folder, path), ...(mapping !== undefined && { mapping }) };
  const { items, problems } = await readDataset(dataset);
  return {
    items: items.map(({ item }) => item),
    videos: items.flatMap(({ videos }) => videos),
    problems: problems.map((problem) =>
      `${problem.severity} ${problem.kind}: ${describeProblem(problem)}`.replaceAll(
        `${folder}/`,
        '',
      ),
    ),
  };
}

/** An item without its source, which every layout has differently. */
export function withoutSource({ source: _, ...item }: Item): Omit<Item, 'source'> {
  return item;
}

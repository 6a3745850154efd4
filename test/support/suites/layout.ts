import { join } from 'node:path';
import type { ConfigInput } from '../../../domain/config/config.ts';
import type { ExportFormat } from '../../../domain/suites/export-formats.ts';
import type { SuiteWorld, WorldQuestion } from './world.ts';

/** A suite as its authors lay it out, filled with questions of the synthetic world. */
export type SuiteLayout = {
  readonly name: string;
  readonly format: string;
  /** What `dataset.path` names, below the root. */
  readonly path: string;
  readonly exportAs: ExportFormat;
  readonly contract?: NonNullable<ConfigInput['judge']>['contract'];
  /** What else the configuration has to say of the data set. @default nothing */
  readonly settings?: Pick<ConfigInput['dataset'], 'videos' | 'mapping'>;
  /** Writes annotations and videos below the root. */
  place(world: SuiteWorld, root: string): Promise<void>;
};

export const letters = 'ABCDE';

/** A question with its options below it, as LVBench and the original script have it. */
export const inline = ({ sentence, options }: WorldQuestion): string =>
  [sentence, ...options.map((text, n) => `(${letters[n]}) ${text}`)].join('\n');

/** Puts every video of the world into a folder: the n-th with the n-th extension, again and again. */
export async function placeVideos(
  world: SuiteWorld,
  folder: string,
  extensions: readonly string[],
  nameOf = (key: string) => key,
): Promise<void> {
  for (const [n, { key }] of world.oneEach.entries()) {
    const extension = extensions[n % extensions.length]!;
    await world.video(key, join(folder, `${nameOf(key)}.${extension}`));
  }
}

/** A CSV with every cell quoted. */
export const table = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((cells) => `${cells.map((cell) => `"${cell}"`).join(',')}\n`).join('');

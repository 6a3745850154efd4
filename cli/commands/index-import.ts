import {
  importEmbeddings,
  type ImportProgress,
  type ImportResult,
} from '../../adapters/index-files/import-embeddings.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { failedToWrite } from '../failed-to-write.ts';
import type { IndexImportFlags } from '../index-verbs.ts';
import { listenForInterruption } from '../interruption.ts';
import { printData, printJson, printNote } from '../output.ts';

/** `index import`: every `.pt` of a folder as `.safetensors`, or none and every problem. */
export async function indexImport(folder: string, options: IndexImportFlags): Promise<ExitCode> {
  const interrupted = listenForInterruption(() =>
    printNote('Stopping after this file; the same command goes on from here.'),
  );
  try {
    const result = await importEmbeddings({
      folder,
      out: options.out,
      modelId: options.modelId ?? null,
      signal: interrupted,
      onProgress: printProgress,
    });
    if (options.json) printJson(result);
    else printData(describe(result, options.out));
    return exitCodes.done;
  } catch (error) {
    if (interrupted.aborted) return exitCodes.interrupted;
    throw failedToWrite(error, options.out);
  }
}

function printProgress({ step, file, position, total }: ImportProgress): void {
  printNote(`${position + 1} of ${total} ${step}: ${file}`);
}

function describe({ converted, kept }: ImportResult, out: string): string {
  const before = kept.length === 0 ? '' : `, ${kept.length} were there already`;
  return `${converted.length} files converted to ${out}${before}`;
}

import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { openEmbedder } from '../../adapters/embedding/embedder.ts';
import { measureParity, type ParityReport } from '../../adapters/index-files/embedding-parity.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { IndexParityFlags } from '../index-verbs.ts';
import { printData, printJson, printNote } from '../output.ts';

/** Frames that are embedded again. */
const framesCompared = 20;
/** The median below it means another model or another preparation of the pictures. */
const leastMedian = 0.999;

/**
 * `index parity`: stored rows beside those of a model. A median below 0.999 ends with the code of a
 * mistake in what was named, as the same finding does before a run: the files are not damaged, they
 * belong to another model or to other frames.
 */
export async function indexParity(folder: string, options: IndexParityFlags): Promise<ExitCode> {
  const embedder = await openEmbedder({
    modelId: basename(resolve(options.model)),
    path: options.model,
    device: 'cpu',
  });
  try {
    const readFrame = (videoId: string, name: string): Promise<Uint8Array> =>
      readFrameFile(join(options.frames, videoId, name));
    const report = await measureParity(folder, framesCompared, { embedder, readFrame });
    const passed = report.median >= leastMedian;
    if (options.json) printJson({ ...report, threshold: leastMedian, passed });
    else printData(describe(report));
    if (passed) return exitCodes.done;
    printNote(
      `videoqa: the median cosine ${report.median.toFixed(5)} is below ${leastMedian}: the stored ` +
        'embeddings were made by another model, with pictures prepared otherwise, or of other ' +
        'frames. Name the model that made them, or index the videos again.',
    );
    return exitCodes.usage;
  } finally {
    await embedder.close();
  }
}

async function readFrameFile(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw new UsageError(`the frame ${path} cannot be read; check --frames`, { cause: error });
  });
}

function describe({ frames, files, median, min, worst }: ParityReport): string {
  return [
    `${frames} frames of ${files} files embedded again`,
    `median cosine  ${median.toFixed(6)}`,
    `lowest cosine  ${min.toFixed(6)} (${worst.name} of ${worst.file})`,
  ].join('\n');
}

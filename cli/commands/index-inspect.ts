import {
  type EmbeddingSummary,
  summarizeEmbeddings,
} from '../../adapters/index-files/embedding-summary.ts';
import { readVideoEmbeddings } from '../../adapters/index-files/video-embeddings.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printData, printJson } from '../output.ts';

/** `index inspect`: what a file of frame embeddings holds; one without rows is described too. */
export async function indexInspect(
  file: string,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const summary = summarizeEmbeddings(await readVideoEmbeddings(file, { allowEmpty: true }));
  if (options.json) printJson(summary);
  else printData(describe(summary));
  return exitCodes.done;
}

function describe(summary: EmbeddingSummary): string {
  const { frames, dim, dtype, normalized, sha256, first, names, model } = summary;
  const lengths = normalized ? 'unit length' : 'not of unit length';
  const shown = first.map((value) => value.toPrecision(6)).join(', ');
  return [
    `${frames} frames of ${dim} values, ${dtype}, ${lengths}`,
    `first frame   ${names[0] ?? 'none'}`,
    `last frame    ${names[1] ?? 'none'}`,
    `first values  ${shown === '' ? 'none' : shown}`,
    `sha256        ${sha256}`,
    `model         ${model === null ? 'not recorded' : describeModel(model)}`,
  ].join('\n');
}

function describeModel(model: NonNullable<EmbeddingSummary['model']>): string {
  const { modelId, revision, modelHash, dtype, preprocessingId } = model;
  const at = revision === null ? '' : `@${revision}`;
  return `${modelId}${at}, ${dtype}, weights ${modelHash}, pictures ${preprocessingId}`;
}

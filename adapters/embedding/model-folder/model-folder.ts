import type { EmbeddingDtype } from '../../../domain/run-spec.ts';
import { type ModelFamily, readModelConfig } from './model-config.ts';
import { findTower, hashFiles, requireTower, sizeOfFiles } from './model-files.ts';
import { readManifest } from './model-manifest.ts';
import { readRecipe } from './model-recipe.ts';
import type { PictureRecipe } from '../pictures/picture-preparation.ts';

/** A local model in the layout of Hugging Face's ONNX exports. */
export type ModelFolder = {
  readonly family: ModelFamily;
  /** Commit that the files were fetched at; null when they came otherwise. */
  readonly revision: string | null;
  /** Number format of the weights. */
  readonly dtype: EmbeddingDtype;
  /** The ONNX file of the vision tower. */
  readonly modelPath: string;
  /** Of the ONNX file and its external data files. */
  readonly modelBytes: number;
  /** sha256 over the ONNX file and its external data files, in name order; 64 hex digits. */
  readonly modelHash: string;
  /** Outputs of the vision tower in the shared space, in order of preference. */
  readonly outputNames: readonly string[];
  readonly recipe: PictureRecipe;
  /** Tokens of each text. */
  readonly textLength: number;
  /** The ONNX file of the text tower; null when the folder has none in this number format. */
  readonly textModelPath: string | null;
};

/**
 * Reads what is needed to run the vision tower of a folder: `config.json`,
 * `preprocessor_config.json` and `onnx/vision_model.onnx`, or the file of another number format,
 * with its external data, if any.
 *
 * @param options.dtype  @default 'fp32'
 * @throws {EnvironmentError} naming the file that is missing or unusable and what to do
 */
export async function readModelFolder(
  path: string,
  { dtype = 'fp32' }: { readonly dtype?: EmbeddingDtype } = {},
): Promise<ModelFolder> {
  const config = await readModelConfig(path);
  const recipe = await readRecipe(path, config);
  const vision = await requireTower(path, 'vision', dtype);
  const text = await findTower(path, 'text', dtype);
  const manifest = await readManifest(path);
  return {
    family: config.family,
    revision: manifest?.revision ?? null,
    dtype,
    modelPath: vision.modelPath,
    modelBytes: await sizeOfFiles(vision.paths),
    modelHash: await hashFiles(vision.paths),
    outputNames: config.outputNames.vision,
    recipe,
    textLength: config.textLength,
    textModelPath: text?.modelPath ?? null,
  };
}

import { type EmbeddingDtype, embeddingDtypes } from '../../domain/run-spec.ts';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import {
  belongsToModel,
  type Tower,
  towerFileName,
} from '../embedding/model-folder/model-files.ts';

/** Which parts of a model are wanted. */
export type ModelParts = {
  readonly towers: readonly Tower[];
  readonly dtype: EmbeddingDtype;
};

const always = ['config.json', 'preprocessor_config.json'];
const forTexts = ['tokenizer.json', 'tokenizer_config.json'];

/** Files without which these parts cannot be loaded, by their paths in the repository. */
export function neededFiles({ towers, dtype }: ModelParts): readonly string[] {
  return [
    ...always,
    ...(towers.includes('text') ? forTexts : []),
    ...towers.map((tower) => `onnx/${towerFileName(tower, dtype)}`),
  ];
}

/**
 * Chooses from a repository's files those that are needed, with the files that hold the weights.
 * Only names that are known beforehand are chosen, so no name can lead out of the folder.
 *
 * @throws {EnvironmentError} when the repository has not all of them; says what it has instead
 */
export function chooseFiles<File extends { readonly name: string }>(
  repo: string,
  files: readonly File[],
  parts: ModelParts,
): readonly File[] {
  const names = new Set(files.map(({ name }) => name));
  const needed = neededFiles(parts);
  const missing = needed.filter((name) => !names.has(name));
  if (missing.length > 0) throw missingError(repo, names, missing, parts);
  const models = needed.filter((name) => name.endsWith('.onnx'));
  return files.filter(
    ({ name }) => needed.includes(name) || models.some((model) => belongsToModel(name, model)),
  );
}

function missingError(
  repo: string,
  names: ReadonlySet<string>,
  missing: readonly string[],
  { towers, dtype }: ModelParts,
): EnvironmentError {
  const has = (tower: Tower, format: EmbeddingDtype): boolean =>
    names.has(`onnx/${towerFileName(tower, format)}`);
  const formats = embeddingDtypes.filter((format) => towers.every((tower) => has(tower, format)));
  const what = `${repo} has no ${missing.join(', ')}`;
  if (formats.length > 0 && !formats.includes(dtype)) {
    return new EnvironmentError(`${what}; it has --dtype ${formats.join(', ')}`);
  }
  if (has('vision', dtype) && towers.includes('text')) {
    return new EnvironmentError(
      `${what}; with --towers vision its picture half can be fetched, without searching by text`,
    );
  }
  if ([...names].some((name) => /^onnx\/model(_\w+)?\.onnx$/.test(name))) {
    return new EnvironmentError(
      `${what}: it has both towers in one file, which would run both for every picture. Choose an ` +
        'export with vision_model.onnx and text_model.onnx apart',
    );
  }
  return new EnvironmentError(
    `${what}; choose an ONNX export in the layout of transformers.js, such as ` +
      'onnx-community/siglip2-so400m-patch14-384-ONNX',
  );
}

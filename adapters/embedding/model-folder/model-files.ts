import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmbeddingDtype, embeddingDtypes } from '../../../domain/run-spec.ts';
import { EnvironmentError } from '../../../domain/errors/usage-error.ts';
import { missingModelFile } from './model-folder-errors.ts';

/** The half of a model that embeds pictures, or the one that embeds texts. */
export type Tower = 'vision' | 'text';

/** The files of one tower. */
export type TowerFiles = {
  /** Path of the ONNX file. */
  readonly modelPath: string;
  /** Paths of the ONNX file and of the files that hold its weights, if any, in name order. */
  readonly paths: readonly string[];
};

const suffixes: Readonly<Record<EmbeddingDtype, string>> = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  int8: '_int8',
  uint8: '_uint8',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
};

/** Name of a tower's ONNX file in the folder `onnx`, as transformers.js names them. */
export function towerFileName(tower: Tower, dtype: EmbeddingDtype): string {
  return `${tower}_model${suffixes[dtype]}.onnx`;
}

/** Whether `name` is the ONNX file or holds its weights: `_data`, `_data_1`, `.data`. */
export function belongsToModel(name: string, modelName: string): boolean {
  return name.startsWith(modelName) && /^([._]data(_\d+)?)?$/.test(name.slice(modelName.length));
}

/**
 * Finds the files of a tower in the folder `onnx` of a model folder.
 *
 * @returns null when there is no such tower in this number format
 */
export async function findTower(
  path: string,
  tower: Tower,
  dtype: EmbeddingDtype,
): Promise<TowerFiles | null> {
  const folder = join(path, 'onnx');
  const modelName = towerFileName(tower, dtype);
  const names = await namesIn(folder);
  if (!names.includes(modelName)) return null;
  return {
    modelPath: join(folder, modelName),
    paths: names
      .filter((name) => belongsToModel(name, modelName))
      .toSorted()
      .map((name) => join(folder, name)),
  };
}

/**
 * The same for a tower that is needed.
 *
 * @throws {EnvironmentError} when it is not there; names what is there instead
 */
export async function requireTower(
  path: string,
  tower: Tower,
  dtype: EmbeddingDtype,
): Promise<TowerFiles> {
  const files = await findTower(path, tower, dtype);
  if (files !== null) return files;
  const names = await namesIn(join(path, 'onnx'));
  const modelName = towerFileName(tower, dtype);
  const others = embeddingDtypes.filter((other) => names.includes(towerFileName(tower, other)));
  if (others.length > 0) {
    throw new EnvironmentError(
      `the embedding model folder ${path} has no onnx/${modelName}, but other number formats: set ` +
        `models.embedding.dtype to ${others.join(' or ')}, or fetch this one with ` +
        `\`videoqa models pull <repo> --dtype ${dtype}\``,
    );
  }
  if (names.some((name) => /^model(_\w+)?\.onnx$/.test(name))) {
    throw new EnvironmentError(
      `the embedding model folder ${path} has both towers in one file (onnx/model.onnx) and no ` +
        `onnx/${modelName}. Such a file wants a text with every picture and runs both each time: ` +
        'choose an export with vision_model.onnx and text_model.onnx apart',
    );
  }
  throw missingModelFile(path, `onnx/${modelName}`);
}

/** sha256 over the contents of files, one after another; 64 hex digits. */
export async function hashFiles(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
      hash.update(chunk as Uint8Array);
    }
  }
  return hash.digest('hex');
}

/** Bytes of files together. */
export async function sizeOfFiles(paths: readonly string[]): Promise<number> {
  const stats = await Promise.all(paths.map((path) => stat(path)));
  return stats.reduce((sum, { size }) => sum + size, 0);
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

import type { EmbeddingDtype } from '../../../domain/run-spec.ts';
import { normalizeRows } from '../../../domain/frames/similarity.ts';
import { EnvironmentError } from '../../../domain/errors/usage-error.ts';
import type { EmbeddingDevice } from '../runtime/device.ts';
import { threadsPerRun } from '../runtime/device-threads.ts';
import { type Inference, openInference } from '../runtime/inference.ts';
import { keepInference } from '../runtime/inference-keeper.ts';
import type { ModelInput } from '../runtime/inference-messages.ts';
import { type ModelConfig, readModelConfig } from '../model-folder/model-config.ts';
import { hashFiles, requireTower } from '../model-folder/model-files.ts';
import { BadTextVectorError } from './text-errors.ts';
import { openTokenizer, type TokenizedText } from './tokenizer.ts';

/** The loaded text tower of a model. */
export type TextTower = {
  /** Values per vector. */
  readonly dimension: number;
  /** sha256 of the tower's weights, 64 hex digits. */
  readonly textModelHash: string;
  /**
   * Embeds texts, one run each.
   *
   * @returns unit-length rows, row-major [texts, dimension], in the order given, and which texts
   *   were cut at the model's length
   * @throws {BadTextVectorError} when the model gives NaN for a text
   * @throws {InferenceFailedError} when the runtime refuses
   * @throws {EmbeddingThreadDiedError} when the thread ended; the next call starts it anew
   */
  embed(
    texts: readonly string[],
  ): Promise<{ vectors: Float32Array; truncated: readonly boolean[] }>;
  /** Waits for the run in progress, releases the model and ends its thread. */
  close(): Promise<void>;
};

/** Where a text tower lies and where it runs. */
export type TextTowerOptions = {
  /** Folder with config.json, tokenizer.json, tokenizer_config.json and onnx/text_model.onnx. */
  readonly path: string;
  readonly device: EmbeddingDevice;
  readonly dtype: EmbeddingDtype;
};

/**
 * Loads the text tower of a SigLIP or CLIP model into a thread of its own and runs it once.
 *
 * @throws {EnvironmentError} when a file is missing or unusable; says which and what to do
 */
export async function openTextTower(options: TextTowerOptions): Promise<TextTower> {
  const { path, dtype } = options;
  const config = await readModelConfig(path);
  const files = await requireTower(path, 'text', dtype);
  const tokenize = await openTokenizer(path, config);
  const textModelHash = await hashFiles(files.paths);
  const warmUp = inputsOf(tokenize(''), config);
  const open = () => loadTower(files.modelPath, config, warmUp, options);
  const first = await open();
  const reopen = async (): Promise<Inference> => {
    if ((await hashFiles(files.paths)) === textModelHash) return open();
    throw new EnvironmentError(
      `the text model in ${path} changed while it was in use; start the worker again`,
    );
  };
  const keeper = keepInference(first, reopen, () => {});
  const { dimension } = first;
  return {
    dimension,
    textModelHash,
    embed: async (texts) => {
      const vectors = new Float32Array(texts.length * dimension);
      const truncated: boolean[] = [];
      for (const [position, text] of texts.entries()) {
        const tokens = tokenize(text);
        const inference = await keeper.current();
        const { vectors: row } = await inference.run(inputsOf(tokens, config));
        vectors.set(unitRow(row, dimension, position), position * dimension);
        truncated.push(tokens.truncated);
      }
      return { vectors, truncated };
    },
    close: keeper.close,
  };
}

/** SigLIP was trained without a mask, so an export that asks for one gets ones for padding too. */
function inputsOf({ ids, attentionMask }: TokenizedText, { family }: ModelConfig): ModelInput[] {
  const mask = family === 'clip' ? attentionMask : ids.map(() => 1);
  const integers = (name: string, values: readonly number[]): ModelInput => ({
    name,
    type: 'int64',
    values: BigInt64Array.from(values, BigInt),
    dims: [1, values.length],
  });
  return [integers('input_ids', ids), integers('attention_mask', mask)];
}

function unitRow(row: Float32Array, dimension: number, position: number): Float32Array {
  try {
    normalizeRows(row, dimension);
    return row;
  } catch (error) {
    throw new BadTextVectorError(position, error);
  }
}

async function loadTower(
  modelPath: string,
  config: ModelConfig,
  warmUp: readonly ModelInput[],
  { device }: TextTowerOptions,
): Promise<Inference> {
  try {
    return await openInference({
      modelPath,
      device,
      threads: threadsPerRun(),
      outputNames: config.outputNames.text,
      warmUp,
    });
  } catch (error) {
    if (error instanceof EnvironmentError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new EnvironmentError(
      `the text model ${modelPath} cannot be loaded: ${reason}. Copy its files again, or choose ` +
        'another model',
      { cause: error },
    );
  }
}

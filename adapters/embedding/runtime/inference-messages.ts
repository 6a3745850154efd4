import type { EmbeddingDevice } from './device.ts';
import type { DeviceUse } from './device-use.ts';

/** One named tensor for a model; its buffer is handed over and comes back with the reply. */
export type ModelInput = {
  readonly name: string;
  readonly dims: readonly number[];
} & (
  | { readonly type: 'float32'; readonly values: Float32Array }
  | { readonly type: 'int64'; readonly values: BigInt64Array }
);

/** What the inference thread needs to load a tower. */
export type ModelSetup = {
  readonly modelPath: string;
  readonly device: EmbeddingDevice;
  /** Threads the runtime uses inside one run on the CPU. */
  readonly threads: number;
  /** In order of preference; the first that the model has is used. Float32, shape [rows, dimension]. */
  readonly outputNames: readonly string[];
  /**
   * Inputs of the first run, of one row. They must cover all inputs of the model; those that the
   * model does not take are left out, here and in every run.
   */
  readonly warmUp: readonly ModelInput[];
};

/** To the inference thread; it answers each but `close` with one reply, in order. */
export type InferenceRequest =
  | ({ readonly kind: 'load' } & ModelSetup)
  | {
      readonly kind: 'run';
      readonly inputs: readonly ModelInput[];
      /** At most so many rows go through the model at once; the others follow, in the same message. */
      readonly rowsAtOnce: number;
    }
  | { readonly kind: 'close' };

/** A model is loaded and has run once. */
export type InferenceLoaded = {
  readonly kind: 'loaded';
  /** Values per vector. */
  readonly dimension: number;
  readonly inputNames: readonly string[];
  readonly firstRunMs: number;
  /** What ran the model in its first run. */
  readonly deviceUse: DeviceUse;
};

/** Rows as the model gave them, not yet of unit length. */
export type InferenceVectors = {
  readonly kind: 'vectors';
  /** Row-major [rows, dimension]. */
  readonly vectors: Float32Array;
  readonly elapsedMs: number;
  /** The inputs' buffers, in their order, for further use. */
  readonly returned: readonly ArrayBuffer[];
};

export type InferenceReply =
  InferenceLoaded | InferenceVectors | { readonly kind: 'failed'; readonly message: string };

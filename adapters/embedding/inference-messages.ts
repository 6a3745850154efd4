/** What the inference thread needs to load a model. Sizes in pixels. */
export type ModelSetup = {
  readonly modelPath: string;
  readonly width: number;
  readonly height: number;
  /** Threads the runtime uses inside one run. */
  readonly threads: number;
};

/** To the inference thread; it answers each but `close` with one reply. */
export type InferenceRequest =
  | ({ readonly kind: 'load' } & ModelSetup)
  /** `pixels` has the shape [pictures, 3, height, width]; its buffer is handed over. */
  | { readonly kind: 'run'; readonly pixels: Float32Array; readonly pictures: number }
  | { readonly kind: 'close' };

/** Rows as the model gave them, not yet of unit length: shape [pictures, dimension]. */
export type InferenceVectors = {
  readonly kind: 'vectors';
  readonly vectors: Float32Array;
  readonly elapsedMs: number;
};

/** From the inference thread; a loaded model answers with the vector of one plain picture. */
export type InferenceReply =
  InferenceVectors | { readonly kind: 'failed'; readonly message: string };

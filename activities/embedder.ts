/** A loaded embedding model, as activities need it. */
export type Embedder = {
  readonly modelId: string;
  /** sha256 of the model file. */
  readonly modelHash: string;
  readonly preprocessingId: string;
  readonly dimension: number;
  /** Encoded pictures -> unit-length rows, row-major [pictures, dimension], in the same order. */
  embed(
    pictures: readonly Uint8Array[],
    options?: { readonly lane?: 'query' | 'index'; readonly signal?: AbortSignal },
  ): Promise<{ readonly vectors: Float32Array }>;
};

import type { EmbedderIdentity } from '../domain/workflow-contract.ts';

/** A loaded embedding model, as activities need it. */
export type Embedder = EmbedderIdentity & {
  /** Encoded pictures -> unit-length rows, row-major [pictures, dimension], in the same order. */
  embed(
    pictures: readonly Uint8Array[],
    options?: { readonly lane?: 'query' | 'index'; readonly signal?: AbortSignal },
  ): Promise<{ readonly vectors: Float32Array }>;
  /** Texts -> unit-length rows in the same space, and which texts were cut to the model's length. */
  embedTexts(
    texts: readonly string[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<{ readonly vectors: Float32Array; readonly truncated: readonly boolean[] }>;
};

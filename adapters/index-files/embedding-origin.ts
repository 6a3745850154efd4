/** Which model and preparation made a set of vectors: only equal ones may be compared. */
export type EmbeddingOrigin = {
  /** The model as the configuration names it; shown to people, never compared. */
  readonly modelId: string;
  /** Commit of the model's repository; null when it is not known. Never compared. */
  readonly revision: string | null;
  /** sha256 of the model's weights, 64 hex digits. */
  readonly modelHash: string;
  /** Number format of the weights, such as "fp32". Other formats have other weights and hashes. */
  readonly dtype: string;
  /** How pictures were prepared, such as "squash-96x96-cubic-mean0.5-std0.5-pillow1". */
  readonly preprocessingId: string;
  /** Values per vector. */
  readonly dimension: number;
};

/** Stands for the weights of vectors that came without a word about their model. */
export const unknownModelHash = 'unknown';

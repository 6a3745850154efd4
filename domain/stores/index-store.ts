/** Names the embeddings of one video's frames under one model. */
export type IndexKey = {
  readonly datasetId: string;
  readonly videoId: string;
  readonly modelHash: string;
  readonly preprocessingId: string;
  /** sha256 over the names and content hashes of the frames, in order. */
  readonly framesFingerprint: string;
};

/** Which blob holds which frame embeddings. Create-only: the first writer wins. */
export type IndexStore = {
  findIndex(key: IndexKey): Promise<string | null>;
  putIndex(key: IndexKey, artifact: string): Promise<string>;
  /** Chunks are named by the sha256 of (model hash, preprocessing id, frame hashes). */
  findChunk(chunkKey: string): Promise<string | null>;
  putChunk(chunkKey: string, artifact: string): Promise<string>;
};

/** A stretch of a frozen dataset in the order of work, as a blob of its own. */
export type DatasetChunk = {
  /** Place of its first item in that order, from 0. */
  readonly firstPlace: number;
  /** Blob of the items, as `freezeItems` writes them. */
  readonly artifact: string;
};

/** Where the items of a frozen dataset lie, so that one can be read without all of them. */
export type DatasetStore = {
  /** In order; empty for a dataset that was frozen in one piece only (version 0.2). */
  chunks(datasetHash: string): Promise<DatasetChunk[]>;
  /** Notes the chunks of a dataset; noted before, nothing changes. */
  noteChunks(datasetHash: string, chunks: readonly DatasetChunk[]): Promise<void>;
};

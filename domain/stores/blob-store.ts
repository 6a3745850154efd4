/** Content-addressed bytes. Names are the sha256 of the content, in hex. */
export type BlobStore = {
  /** Stores bytes durably (on disk before it returns) and returns their sha256; storing twice is free. */
  put(content: Uint8Array): Promise<string>;
  /** @throws {StepError} class `storage` when the blob is missing or does not match its name */
  get(sha256: string): Promise<Uint8Array>;
  has(sha256: string): Promise<boolean>;
};

/** What is needed to look after a whole store. */
export type BlobKeeping = {
  /** Everything that is stored, in no order, while others may go on storing. */
  list(): AsyncIterable<StoredFile>;
  /** Removes a file that `list` named; one that is gone is no error. */
  remove(file: StoredFile): Promise<void>;
};

export type StoredFile = {
  /** Relative to the store. */
  readonly path: string;
  /** The blob it is; null for what a killed writer left, and for damaged content put aside. */
  readonly sha256: string | null;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
};

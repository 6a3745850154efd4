/** Content-addressed bytes. Names are the sha256 of the content, in hex. */
export type BlobStore = {
  /** Stores bytes durably (on disk before it returns) and returns their sha256; storing twice is free. */
  put(content: Uint8Array): Promise<string>;
  /** @throws {StepError} class `storage` when the blob is missing or does not match its name */
  get(sha256: string): Promise<Uint8Array>;
  has(sha256: string): Promise<boolean>;
};

import type { TorchStorage, TorchValue } from './torch-values.ts';

/** A part of a storage, in bytes, half-open. */
export type ByteRange = { readonly start: number; readonly end: number };

/** Receives the bytes of a range in order; `at` counts from the range's start. */
export type TakeBytes = (bytes: Uint8Array<ArrayBuffer>, at: number) => void;

/**
 * Reads a part of one storage in portions of whole elements. Where the file has a checksum of the
 * storage, all of it is read and checked.
 *
 * @throws {TorchFileError} when it is damaged
 */
export type ReadStorage = (range: ByteRange, take: TakeBytes) => Promise<void>;

/** What `torch.save` wrote: a value, and the numbers of its tensors beside it. */
export type TorchContent = {
  readonly value: TorchValue;
  /**
   * Finds a storage. Once it resolves, the file really holds `storage.bytes` bytes of it.
   *
   * @throws {TorchFileError} when the storage is missing or of another size
   */
  openStorage(storage: TorchStorage): Promise<ReadStorage>;
};

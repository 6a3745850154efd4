/** Buffers for prepared pictures, used again and again: a new one of megabytes is slow to clear. */
export type BatchBuffers = {
  /** Values left over from earlier use may stand in it. */
  take(values: number): Float32Array;
  give(buffer: ArrayBuffer): void;
};

/** @param kept  buffers of one length that are kept for further use */
export function createBatchBuffers(kept: number): BatchBuffers {
  const free = new Map<number, ArrayBuffer[]>();
  return {
    take: (values) => {
      const buffer = free.get(values * Float32Array.BYTES_PER_ELEMENT)?.pop();
      return buffer === undefined ? new Float32Array(values) : new Float32Array(buffer);
    },
    give: (buffer) => {
      const same = free.get(buffer.byteLength) ?? [];
      if (same.length < kept) same.push(buffer);
      free.set(buffer.byteLength, same);
    },
  };
}

import type { ByteSource } from '../../../adapters/index-files/byte-source.ts';

/** Bytes in memory, read like a file. `readBytes` tells how many were asked for so far. */
export function memorySource(bytes: Uint8Array): ByteSource & { readBytes(): number } {
  let total = 0;
  return {
    size: bytes.length,
    async read(position, length) {
      if (position + length > bytes.length) throw new RangeError('read beyond the end');
      total += length;
      return Uint8Array.from(bytes.subarray(position, position + length));
    },
    readBytes: () => total,
  };
}

const localHeaderBytes = 30;
const recordBytes = 46;
const bigExtraBytes = 28;

/**
 * The two ends of a zip archive, 64-bit form, with the records `archive/data.pkl` and
 * `archive/data/0`, whose checksum is left out: between `head` and `tail` belong the
 * `storageBytes` of the second one. For archives too large to be made by writing them.
 */
export function storedZip(
  pickle: Uint8Array,
  storageBytes: number,
): { head: Buffer; tail: Buffer; contentAt: number } {
  const pickleHeader = localHeader('archive/data.pkl');
  const storageHeader = localHeader('archive/data/0');
  const storageHeaderAt = pickleHeader.length + pickle.length;
  const head = Buffer.concat([pickleHeader, pickle, storageHeader]);
  const directory = Buffer.concat([
    directoryRecord('archive/data.pkl', pickle.length, 0),
    directoryRecord('archive/data/0', storageBytes, storageHeaderAt),
  ]);
  const directoryAt = head.length + storageBytes;
  return {
    head,
    tail: Buffer.concat([directory, endOf(directoryAt, directory.length)]),
    contentAt: head.length,
  };
}

function localHeader(name: string): Buffer {
  const header = Buffer.alloc(localHeaderBytes + name.length);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(name.length, 26);
  header.write(name, localHeaderBytes);
  return header;
}

function directoryRecord(name: string, bytes: number, headerAt: number): Buffer {
  const record = Buffer.alloc(recordBytes + name.length + bigExtraBytes);
  record.writeUInt32LE(0x02014b50, 0);
  for (const field of [20, 24, 42]) record.writeUInt32LE(0xffffffff, field);
  record.writeUInt16LE(name.length, 28);
  record.writeUInt16LE(bigExtraBytes, 30);
  record.write(name, recordBytes);
  const extraAt = recordBytes + name.length;
  record.writeUInt16LE(1, extraAt);
  record.writeUInt16LE(bigExtraBytes - 4, extraAt + 2);
  for (const [n, value] of [bytes, bytes, headerAt].entries()) {
    record.writeBigUInt64LE(BigInt(value), extraAt + 4 + 8 * n);
  }
  return record;
}

function endOf(directoryAt: number, directoryBytes: number): Buffer {
  const end = Buffer.alloc(56 + 20 + 22);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(BigInt(directoryBytes), 40);
  end.writeBigUInt64LE(BigInt(directoryAt), 48);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(directoryAt + directoryBytes), 56 + 8);
  end.writeUInt32LE(0x06054b50, 76);
  end.fill(0xff, 76 + 8, 76 + 20);
  return end;
}

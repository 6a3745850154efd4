import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TorchFileError } from '../../../../adapters/index-files/torch/torch-file-error.ts';
import { readTorchPickle as readPickle } from '../../../../adapters/index-files/torch/torch-pickle.ts';

const begin = [0x80, 2];
const stop = 0x2e;
const readTorchPickle = (bytes: Uint8Array) => readPickle(bytes).value;

describe('readTorchPickle', () => {
  it('reads numbers of every width', () => {
    const values = [
      [0x4b, 200], // one byte
      [0x4d, 0x01, 0x02], // two bytes
      [0x4a, 0xff, 0xff, 0xff, 0xff], // four bytes, signed
      [0x8a, 5, 0, 0, 0, 0, 1], // five bytes
      [0x8a, 0],
      [0x8a, 2, 0xfe, 0xff],
      [0x8b, 1, 0, 0, 0, 0x80],
      [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19],
      [0x47, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0], // a double, big-endian
    ].flat();

    const list = readTorchPickle(Uint8Array.from([...begin, 0x28, ...values, 0x74, stop]));

    expect(list).toEqual({
      kind: 'tuple',
      items: [200, 513, -1, 2 ** 32, 0, -2, -128, 0x1950a86a20f9469cfc6cn, 1.5],
    });
  });

  it.each([
    ['nothing', []],
    ['protocol 0 or 1', [0x7d, stop]],
    ['protocol 6', [0x80, 6, 0x7d, stop]],
    ['two protocols', [...begin, ...begin, 0x7d, stop]],
    ['no end', begin],
    ['nothing to return', [...begin, stop]],
    ['an unknown instruction', [...begin, 0x62, stop]],
    ['an object to be built', [...begin, 0x81, stop]],
    ['a text longer than the file', [...begin, 0x58, 255, 255, 255, 255, stop]],
    ['a text that is not UTF-8', [...begin, 0x58, 1, 0, 0, 0, 0xff, stop]],
    ['a list that ends before it began', [...begin, 0x65, stop]],
    ['an append to a number', [...begin, 0x4b, 1, 0x4b, 1, 0x61, stop]],
    ['values taken from below a mark', [...begin, 0x4b, 1, 0x28, 0x85, stop]],
    ['a value never remembered', [...begin, 0x68, 9, stop]],
    ['a call of a text', [...begin, 0x58, 0, 0, 0, 0, 0x29, 0x52, stop]],
    ['a storage that is none', [...begin, 0x29, 0x51, stop]],
    ['an integer of 65 bytes', [...begin, 0x8a, 65, ...repeated(1, 65), stop]],
    ['a frame beyond the end', [...begin, 0x95, ...repeated(1, 8), 0x4e, stop]],
    ['a text of 2^56 bytes', [...begin, 0x8d, 0, 0, 0, 0, 0, 0, 0, 1, stop]],
    ['a global that numbers name', [...begin, 0x4b, 1, 0x4b, 1, 0x93, stop]],
    ['attributes of a number', [...begin, 0x4b, 1, 0x7d, 0x62, stop]],
    ['memory slots without end', [...begin, 0x4e, ...repeated(0x94, 4_100_000), stop]],
    ['marks without end', [...begin, ...repeated(0x28, 1000), stop]],
    ['lists without end', [...begin, ...repeated(0x5d, 1_100_000), stop]],
    ['values without end', [...begin, ...repeated(0x4e, 1_100_000), stop]],
  ])('refuses %s', (_, bytes) => {
    expect(() => readTorchPickle(Uint8Array.from(bytes))).toThrow(TorchFileError);
  });

  it.each([
    'posix\nsystem',
    'os\nsystem',
    '__builtin__\neval',
    'builtins\ngetattr',
    'constructor\nprototype',
    '__proto__\n__proto__',
    'torch._utils\n_rebuild_tensor_v2.__globals__',
    'collections\nOrderedDict ',
  ])('finds no global %j', (name) => {
    const text = new TextEncoder().encode(`c${name}\n`);

    const read = () => readTorchPickle(Uint8Array.from([...begin, ...text, stop]));

    expect(read).toThrow(/which no embedding file needs/);
  });

  it('keeps keys such as __proto__ as plain data', () => {
    const key = [0x58, 9, 0, 0, 0, ...new TextEncoder().encode('__proto__')];

    const dict = readTorchPickle(Uint8Array.from([...begin, 0x7d, ...key, 0x7d, 0x73, stop]));

    expect(dict).toEqual({
      kind: 'dict',
      entries: new Map([['__proto__', { kind: 'dict', entries: new Map() }]]),
    });
    expect(({} as Record<string, unknown>)['kind']).toBeUndefined();
  });

  it('answers ten thousand changed bytes with a value or its own error', () => {
    const archive = readFileSync(new URL('../../../fixtures/torch/plain.pt', import.meta.url));
    const start = archive.indexOf(Buffer.from([0x80, 2, 0x7d]));
    const pickle = Uint8Array.from(archive.subarray(start, start + 400));

    for (let change = 0; change < 10_000; change++) {
      const changed = Uint8Array.from(pickle);
      changed[(change * 7919) % pickle.length] = (change * 31) % 256;
      changed[(change * 104_729) % pickle.length] = (change * 17) % 256;
      try {
        readTorchPickle(changed);
      } catch (error) {
        if (!(error instanceof TorchFileError)) throw error;
      }
    }
  });
});

function repeated(byte: number, times: number): number[] {
  return Array.from({ length: times }, () => byte);
}

import { readFileSync } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  readTorchEmbeddings,
  readTorchSource,
} from '../../../../adapters/index-files/torch/torch-embeddings.ts';
import { TorchFileError } from '../../../../adapters/index-files/torch/torch-file-error.ts';
import { memorySource } from '../memory-source.ts';
import { storedZip } from '../stored-zip.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures/torch', import.meta.url));
/** What torch itself reads from each file, noted by make_fixtures.py. */
const expected = Object.entries(
  JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Record<
    string,
    { names: string[]; shape: [number, number]; dtype: string; float32: string }
  >,
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torch-embeddings-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('readTorchEmbeddings', () => {
  it.each(expected)('reads %s bit by bit as torch does', async (file, torch) => {
    const read = await readTorchEmbeddings(join(fixtures, file));

    expect(read.filenames).toEqual(torch.names);
    expect([read.filenames.length, read.dimension]).toEqual(torch.shape);
    expect(read.dtype).toBe(torch.dtype);
    expect(hexOf(read.embeddings)).toBe(torch.float32);
  });

  it('knows a golden of every kind it promises to read', () => {
    expect(expected.length).toBeGreaterThanOrEqual(45);
  });

  it.each([
    ['numpy-rows', 'unsupported', /numpy objects.*if you trust.*weights_only=False/],
    ['numpy-names', 'unsupported', /numpy objects.*python -c/],
    ['numpy-scalar', 'unsupported', /numpy objects/],
    ['list-of-rows', 'unsupported', /'embeddings' is a list.*python -c "import torch; d = torch/],
    ['int64', 'unsupported', /int64, not floating point.*python -c/],
    ['bool', 'unsupported', /bool/],
    ['complex', 'unsupported', /complex64/],
    ['float8', 'unsupported', /float8_e4m3fn/],
    ['sparse', 'unsupported', /a sparse tensor.*to_dense/],
    ['sparse-csr', 'unsupported', /a sparse tensor/],
    ['quantised', 'unsupported', /a quantised tensor.*dequantize/],
    ['meta', 'unsupported', /without data/],
    ['negated-view', 'unsupported', /lazy view.*resolve_neg/],
    ['four-values-each', 'unsupported', /\[6, 2, 2\].*python -c/],
    ['one-axis', 'unsupported', /shape \[6\]/],
    ['no-columns', 'unsupported', /\[6, 0\]/],
    ['expanded-too-far', 'unsupported', /\[6, 33554432\]/],
    ['name-is-number', 'unsupported', /entry 5 of 'filenames' is a number.*python -c/],
    ['names-as-text', 'unsupported', /'filenames' is a text/],
    ['only-tensor', 'unsupported', /no dict but a tensor/],
    ['other-keys', 'unsupported', /a dict with names, features/],
    ['plain-pickle', 'unsupported', /not one of torch\.save.*if you trust.*pickle\.load/],
    ['protocol-0', 'damaged', /not a file of torch\.save/],
    ['compressed', 'unsupported', /compressed/],
    ['big-endian', 'unsupported', /big-endian/],
    ['big-endian-legacy', 'unsupported', /big-endian/],
    ['empty-dict', 'empty', /empty dict/],
    ['no-rows', 'empty', /no embeddings/],
    ['wrong-checksum', 'damaged', /checksum of record ".*data\/0" is wrong/],
    ['mismatch', 'mismatch', /5 files.*6 embeddings/],
    ['not-finite', 'not-finite', /row 3 \(frame_000003\.jpg\), row 5 \(frame_000005\.jpg\)/],
    ['half-infinity', 'not-finite', /row 2 \(frame_000002\.jpg\)/],
    ['double-overflow', 'not-finite', /too large for 32 bits, in row 4 \(frame_000004\.jpg\)/],
    ['runs-command', 'unsafe', /"posix\.system".*nothing of it was run/],
    ['runs-command-beside', 'unsafe', /"posix\.system"/],
    ['runs-command-legacy', 'unsafe', /"posix\.system"/],
    ['runs-command-protocol-4', 'unsafe', /"posix\.system"/],
    ['own-class', 'unsafe', /"__main__\.SomeClass"/],
  ])('refuses the file %s as %s, naming the path', async (name, problem, message) => {
    const error = await refusalOf(fixture(name));

    expect(error.problem).toBe(problem);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(fixture(name));
  });

  it.each(['runs-command', 'own-class'])(
    'never advises to load %s, which runs code',
    async (name) => {
      const error = await refusalOf(fixture(name));

      expect(error.message).not.toContain('torch.load');
    },
  );

  it('gives a file without rows to those who ask for it', async () => {
    const read = await readTorchEmbeddings(fixture('no-rows'), { allowEmpty: true });

    expect(read).toMatchObject({ filenames: [], dimension: 4, dtype: 'float32' });
    expect(read.embeddings).toHaveLength(0);
  });

  it('refuses a path without a file, and a file of another kind', async () => {
    expect((await refusalOf(join(folder, 'none.pt'))).problem).toBe('unreadable');
    expect((await refusalOf(fileURLToPath(import.meta.url))).problem).toBe('damaged');
    expect((await refusalOf(folder)).problem).toBe('unreadable');
  });

  it('answers any flipped byte with the same rows or its own error, never with other rows', async () => {
    const bytes = await readFile(fixture('plain'));
    const sound = await readTorchEmbeddings(fixture('plain'));
    let refused = 0;

    for (let at = 0; at < bytes.length; at++) {
      const flipped = Uint8Array.from(bytes);
      flipped[at] = flipped[at]! ^ (1 << (at % 8));
      const read = await readTorchSource(memorySource(flipped)).catch((error: unknown) => error);
      if (read instanceof TorchFileError) refused += 1;
      else expect(read).toEqual(sound);
    }
    expect(refused).toBeGreaterThan(300);
  });

  it('reads a slice behind 4 GiB of a file without reading the rest', async () => {
    const path = join(folder, 'large.pt');
    const pickle = await readFile(join(fixtures, 'large-slice.pkl'));
    const { head, tail, contentAt } = storedZip(pickle, largeStorageBytes);
    const file = await open(path, 'w');
    await file.write(head, 0, head.length, 0);
    const values = new Float32Array([1, 2, 3, 4, 5, 6, 7, 8]);
    await file.write(values, 0, values.byteLength, contentAt + largeStorageBytes - 32);
    await file.write(tail, 0, tail.length, contentAt + largeStorageBytes);
    await file.close();

    const read = await readTorchEmbeddings(path);

    expect(read.filenames).toEqual(['a.jpg', 'b.jpg']);
    expect(read.embeddings).toEqual(values);
  });

  it('does not reserve memory for what a file only claims', async () => {
    const pickle = await readFile(join(fixtures, 'large-slice.pkl'));
    const { head, tail } = storedZip(pickle, 64);
    const claim = memorySource(Buffer.concat([head, Buffer.alloc(64), tail]));

    await expect(readTorchSource(claim)).rejects.toThrow(/holds 64 bytes, not 4563402752/);
  });
});

/** Of the tensor in large-slice.pkl: 4.25 GiB. */
const largeStorageBytes = 4_563_402_752;

function fixture(name: string): string {
  return join(fixtures, `${name}.pt`);
}

function hexOf(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');
}

async function refusalOf(path: string): Promise<TorchFileError> {
  const outcome = await readTorchEmbeddings(path).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(TorchFileError);
  return outcome as TorchFileError;
}

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTorchEmbeddings } from '../../../adapters/index-files/torch-embeddings.ts';
import { TorchFileError } from '../../../adapters/index-files/torch-file-error.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/torch', import.meta.url));
const names = Array.from({ length: 6 }, (_, n) => `frame_00000${n}.jpg`);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torch-embeddings-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('readTorchEmbeddings', () => {
  it.each(['plain', 'transposed', 'requires-grad', 'more-entries', 'no-checksums'])(
    'reads the names and rows of a %s file',
    async (name) => {
      const read = await readTorchEmbeddings(fixture(name));

      expect(read).toEqual({ filenames: names, embeddings: rowsOf(0, 6, 0, 4), dimension: 4 });
    },
  );

  it('reads only the rows of a slice, whose file holds the whole tensor', async () => {
    const read = await readTorchEmbeddings(fixture('sliced'));

    expect(read).toEqual({
      filenames: names.slice(2, 4),
      embeddings: rowsOf(2, 4, 0, 4),
      dimension: 4,
    });
  });

  it('reads only the columns of a slice, whose rows do not lie side by side', async () => {
    const { embeddings, dimension } = await readTorchEmbeddings(fixture('columns'));

    expect({ embeddings, dimension }).toEqual({ embeddings: rowsOf(0, 6, 1, 3), dimension: 2 });
  });

  it('reads more names than Python pickles at once', async () => {
    const { filenames, embeddings } = await readTorchEmbeddings(fixture('many-names'));

    expect(filenames).toEqual(Array.from({ length: 1200 }, (_, n) => `${n}.jpg`));
    expect(embeddings).toEqual(new Float32Array(1200));
  });

  it.each([
    ['path-names', 'unsupported', /pathlib paths.*if you trust.*weights_only=False/],
    ['numpy-rows', 'unsupported', /numpy objects.*if you trust/],
    ['numpy-names', 'unsupported', /numpy objects/],
    ['list-of-rows', 'unsupported', /'embeddings' is a list.*python -c/],
    ['half', 'unsupported', /float16.*python -c "import torch; d = torch.load\('in.pt'/],
    ['bfloat16', 'unsupported', /bfloat16/],
    ['double', 'unsupported', /64-bit/],
    ['int64', 'unsupported', /torch\.LongStorage/],
    ['parameter', 'unsupported', /parameter/],
    ['three-axes', 'unsupported', /\[6, 1, 4\].*python -c/],
    ['expanded', 'unsupported', /expanded/],
    ['empty', 'unsupported', /empty/],
    ['only-tensor', 'unsupported', /no dict but a tensor/],
    ['other-keys', 'unsupported', /a dict with names, features/],
    ['protocol-4', 'unsupported', /protocol 4/],
    ['compressed', 'unsupported', /compressed/],
    ['big-endian', 'unsupported', /big-endian/],
    ['legacy', 'legacy', /before 1\.6.*python -c/],
    ['mismatch', 'mismatch', /5 files.*6 embeddings/],
    ['not-finite', 'not-finite', /row 3 \(frame_000003\.jpg\), row 5 \(frame_000005\.jpg\)/],
    ['runs-command', 'unsafe', /"posix\.system".*nothing of it was run/],
  ])('refuses the file %s as %s, naming the path', async (name, problem, message) => {
    const error = await refusalOf(fixture(name));

    expect(error.problem).toBe(problem);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(fixture(name));
  });

  it('never advises to load a file that asks for a command', async () => {
    const error = await refusalOf(fixture('runs-command'));

    expect(error.message).not.toContain('torch.load');
  });

  it('refuses a path without a file, and a file of another kind', async () => {
    expect((await refusalOf(join(folder, 'none.pt'))).problem).toBe('unreadable');
    expect((await refusalOf(fileURLToPath(import.meta.url))).problem).toBe('damaged');
    expect((await refusalOf(folder)).problem).toBe('unreadable');
  });

  it('refuses a file cut short anywhere', async () => {
    const bytes = await readFile(fixture('plain'));
    const path = join(folder, 'short.pt');

    for (let length = 0; length < bytes.length; length += 7) {
      await writeFile(path, bytes.subarray(0, length));

      expect(await refusalOf(path)).toBeInstanceOf(TorchFileError);
    }
  });

  it('answers any flipped byte with the same rows or its own error, never with other rows', async () => {
    const bytes = await readFile(fixture('plain'));
    const path = join(folder, 'flipped.pt');
    let refused = 0;

    for (let at = 0; at < bytes.length; at++) {
      const flipped = Uint8Array.from(bytes);
      flipped[at] = flipped[at]! ^ (1 << (at % 8));
      await writeFile(path, flipped);
      try {
        const { embeddings, filenames } = await readTorchEmbeddings(path);
        expect({ embeddings, filenames }).toEqual({
          embeddings: rowsOf(0, 6, 0, 4),
          filenames: names,
        });
      } catch (error) {
        if (!(error instanceof TorchFileError)) throw error;
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(300);
  });

  it('answers flips that no checksum covers with rows of the right shape or its own error', async () => {
    const bytes = await readFile(fixture('no-checksums'));
    const path = join(folder, 'unchecked.pt');

    for (let flip = 0; flip < 3000; flip++) {
      const flipped = Uint8Array.from(bytes);
      const at = (flip * 7919) % bytes.length;
      flipped[at] = (flip * 104_729) % 256;
      await writeFile(path, flipped);
      try {
        const { embeddings, filenames, dimension } = await readTorchEmbeddings(path);
        expect(embeddings).toHaveLength(filenames.length * dimension);
      } catch (error) {
        if (!(error instanceof TorchFileError)) throw error;
      }
    }
  });
});

function fixture(name: string): string {
  return join(fixtures, `${name}.pt`);
}

/** Rows and columns of the tensor that make_fixtures.py saves: row + column / 4. */
function rowsOf(firstRow: number, endRow: number, firstColumn: number, endColumn: number) {
  const values: number[] = [];
  for (let row = firstRow; row < endRow; row++) {
    for (let column = firstColumn; column < endColumn; column++) values.push(row + column / 4);
  }
  return new Float32Array(values);
}

async function refusalOf(path: string): Promise<TorchFileError> {
  const outcome = await readTorchEmbeddings(path).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(TorchFileError);
  return outcome as TorchFileError;
}

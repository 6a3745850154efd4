import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTorchSource } from '../../../../adapters/index-files/torch/torch-embeddings.ts';
import { TorchFileError } from '../../../../adapters/index-files/torch/torch-file-error.ts';
import { memorySource } from '../memory-source.ts';

/** Files that get far with a changed byte: without checksums, or in the format that has none. */
const files = [
  'no-checksums',
  'zip64',
  'expanded',
  'legacy',
  'legacy-half',
  'legacy-protocol-4',
  'more-entries-protocol-4',
  'path-names',
  'protocol-5-paths',
];
const attemptsPerFile = Math.ceil(100_000 / files.length);
/** A sound file is read about once; only its directory and checksums need more. */
const readCap = 8;

describe('readTorchSource', () => {
  it.each(files)(
    'answers any damage of %s with rows or its own error, at bounded cost',
    async (name) => {
      const bytes = readFileSync(new URL(`../../../fixtures/torch/${name}.pt`, import.meta.url));
      const whole = withoutChecksums(bytes);
      const random = randomNumbers(name.length * 7919 + whole.length);
      let accepted = 0;
      let refused = 0;

      for (let attempt = 0; attempt < attemptsPerFile; attempt++) {
        const damaged = damage(whole, random);
        const source = memorySource(damaged);
        const read = await readTorchSource(source).catch((error: unknown) => error);
        if (read instanceof Error) {
          if (!(read instanceof TorchFileError)) throw read;
          refused += 1;
        } else {
          const { embeddings, filenames, dimension } = read as Awaited<
            ReturnType<typeof readTorchSource>
          >;
          if (embeddings.length !== filenames.length * dimension) expect.fail('rows are missing');
          accepted += 1;
        }
        if (source.readBytes() > readCap * damaged.length + 1024) expect.fail('it reads too much');
      }

      // Both happen, so the damage reaches neither everything nor nothing.
      expect(accepted).toBeGreaterThan(attemptsPerFile / 100);
      expect(refused).toBeGreaterThan(attemptsPerFile / 100);
    },
  );
});

/** One to four changed bytes, or the end cut off, or a stretch repeated. */
function damage(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const kind = random(16);
  if (kind === 0) return bytes.subarray(0, random(bytes.length));
  if (kind === 1) {
    const at = random(bytes.length);
    const stretch = bytes.subarray(at, at + random(64));
    return Buffer.concat([bytes.subarray(0, at), stretch, bytes.subarray(at)]);
  }
  const changed = Uint8Array.from(bytes);
  for (let change = random(4); change >= 0; change--) {
    const at = random(bytes.length);
    changed[at] = kind < 9 ? changed[at]! ^ (1 << random(8)) : edges[random(edges.length)]!;
  }
  return changed;
}

/** Bytes that begin something, or make counts large or negative. */
const edges = [
  0x00, 0x01, 0x7f, 0x80, 0xff, 0x28, 0x52, 0x61, 0x65, 0x68, 0x6a, 0x71, 0x74, 0x86, 0x94,
];

/** Sets the checksums of a zip archive's directory to 0, "not known"; other bytes stay. */
function withoutChecksums(bytes: Buffer): Uint8Array {
  const changed = Uint8Array.from(bytes);
  const record = Buffer.from([0x50, 0x4b, 0x01, 0x02]);
  for (let at = bytes.indexOf(record); at !== -1; at = bytes.indexOf(record, at + 1)) {
    changed.fill(0, at + 16, at + 20);
  }
  return changed;
}

/** Numbers of a fixed sequence (mulberry32), so that a failure comes back. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

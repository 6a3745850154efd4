/** A text of a few megabytes that costs its reader far more. */
export type TextBomb = {
  readonly name: string;
  readonly reader: 'yaml' | 'dataset' | 'safetensors' | 'torch';
  readonly bytes: Buffer;
};

const deep = (open: string, close: string, levels: number) =>
  open.repeat(levels) + close.repeat(levels);
const aliases = (levels: number, width: number) =>
  ['a0: &a0 [x, x, x]']
    .concat(
      Array.from({ length: levels }, (_, n) => {
        const members = Array.from({ length: width }, () => `*a${n}`).join(', ');
        return `a${n + 1}: &a${n + 1} [${members}]`;
      }),
    )
    .join('\n');

function safetensors(claimed: bigint, json: string): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimed);
  return Buffer.concat([length, Buffer.from(json)]);
}
const tensor = (shape: readonly number[], end: number) =>
  JSON.stringify({ a: { dtype: 'F32', shape, data_offsets: [0, end] } });
const whole = (json: string) => safetensors(BigInt(json.length), json);

/** Ends of a zip archive that claims more than is there. */
function zipEnd(entries: bigint, size: bigint, at: bigint): Buffer {
  const end = Buffer.alloc(98);
  end.writeUInt32LE(0x06064b50, 0);
  for (const [offset, value] of [
    [24, entries],
    [32, entries],
    [40, size],
    [48, at],
  ] as const)
    end.writeBigUInt64LE(value, offset);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeUInt32LE(0x06054b50, 76);
  end.fill(0xff, 84, 96);
  return end;
}

const record = '{"key":"v1","question":"q","answer":"A","extra":';

const texts: Readonly<Record<TextBomb['reader'], Readonly<Record<string, string | Buffer>>>> = {
  yaml: {
    'a billion laughs': aliases(9, 10),
    'a million aliases of one': `a: &a [x]\nb: [${'*a,'.repeat(200_000)}*a]`,
    'an alias of itself': 'a: &a [*a]',
    'lists in lists': `a: ${deep('[', ']', 200_000)}`,
    'maps in maps': `a: ${deep('{b: ', '}', 50_000)}`,
    'lists by dashes': `a:\n  ${'- '.repeat(50_000)}x`,
    'merged maps': `a: &a {b: c}\n${Array.from({ length: 20 }, (_, n) => `k${n}: &k${n} {<<: [*a]}`).join('\n')}\n${aliases(9, 10)}`,
  },
  dataset: {
    'lists in lists': `${record}${deep('[', ']', 1_000_000)}}\n`,
    'maps in maps': `${record}${deep('{"a":', '}', 300_000).replace(/:}/, ':1}')}}\n`,
    'lists in a list of records': `[${record}${deep('[', ']', 500_000)}}]`,
    'lists that never end': `${record}${'['.repeat(2_000_000)}`,
    'an endless string': `${record}"${'x'.repeat(10_000_000)}`,
  },
  safetensors: {
    'a header of 16 exabytes': safetensors(2n ** 64n - 1n, '{}'),
    'a header of 100 MB that is not there': safetensors(100_000_000n, '{}'),
    'a tensor of 4 petabytes': whole(tensor([2 ** 25, 2 ** 25], 2 ** 52)),
    'a shape that overflows': whole(tensor([2 ** 52, 2 ** 52], 4)),
    'a shape without end': whole(
      tensor(
        Array.from({ length: 100_000 }, () => 1_000_000),
        4,
      ),
    ),
    'lists in lists': whole(`{"a":${deep('[', ']', 500_000)}}`),
    'a header of many maps': whole(
      `{${Array.from({ length: 300_000 }, (_, n) => `"${n}":{}`).join()}}`,
    ),
    'a header of one name': whole(`{"${'x'.repeat(20_000_000)}":{}}`),
  },
  torch: {
    'a zip of many entries': zipEnd(2n ** 62n, 46n, 0n),
    'a directory of 8 exabytes': zipEnd(1n, 2n ** 63n - 1n, 0n),
    'a directory that lies elsewhere': zipEnd(1n, 46n, 2n ** 62n),
    'a directory of the size of memory': zipEnd(1000n, 2n ** 34n, 0n),
    'an empty zip': zipEnd(0n, 0n, 0n),
    'a pickle of marks': Buffer.concat([Buffer.from([0x80, 2]), Buffer.alloc(5_000_000, 0x28)]),
    'a pickle of a long string': Buffer.from([0x80, 2, 0x58, 0xff, 0xff, 0xff, 0x7f]),
    'a pickle of 8 exabytes': Buffer.from([0x80, 4, 0x8d, 255, 255, 255, 255, 255, 255, 255, 127]),
    'a pickle of copies': Buffer.concat([
      Buffer.from([0x80, 2, 0x5d]),
      Buffer.alloc(3_000_000, 0x32),
    ]),
  },
};

export const textBombs: readonly TextBomb[] = Object.entries(texts).flatMap(([reader, bombs]) =>
  Object.entries(bombs).map(([name, content]) => ({
    name,
    reader: reader as TextBomb['reader'],
    bytes: Buffer.from(content as string),
  })),
);

import { crc32, deflateSync, gzipSync } from 'node:zlib';

/** A file that calls itself a picture. */
export type PictureBomb = {
  readonly name: string;
  readonly bytes: Buffer;
  /** `small`: the picture itself is harmless, only what hangs on it is not. */
  readonly picture: 'refused' | 'small';
};

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

type PngParts = {
  readonly bits?: number;
  /** 0 gray, 2 RGB, 3 palette, 4 gray with alpha, 6 RGBA. */
  readonly colour?: number;
  readonly interlaced?: number;
  /** Before it is compressed. */
  readonly idat?: Buffer;
  readonly extra?: Buffer;
};

function png(
  width: number,
  height: number,
  { bits = 8, colour = 2, interlaced = 0, idat, extra }: PngParts = {},
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, colour, 0, 0, interlaced], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    extra ?? Buffer.alloc(0),
    ...(colour === 3 ? [pngChunk('PLTE', Buffer.alloc(3))] : []),
    pngChunk('IDAT', deflateSync(idat ?? Buffer.alloc(0))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function jpeg(width: number, height: number, components = 3, kind = 0xc0): Buffer {
  const parts = Array.from({ length: components }, (_, part) => [part + 1, 0x11, 0]).flat();
  const frame = Buffer.from([0xff, kind, 0, 8 + parts.length, 8, 0, 0, 0, 0, components, ...parts]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  const scanned = Array.from({ length: components }, (_, part) => [part + 1, 0]).flat();
  const scan = [0xff, 0xda, 0, 6 + scanned.length, components, ...scanned, 0, 63, 0];
  return Buffer.concat([Buffer.from([0xff, 0xd8]), frame, Buffer.from(scan), Buffer.alloc(64)]);
}

function riff(type: string, data: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length + 12);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(data.length);
  return Buffer.concat([Buffer.from('RIFF'), size, Buffer.from(`WEBP${type}`), length, data]);
}

function webpCanvas(width: number, height: number): Buffer {
  const data = Buffer.alloc(10);
  data.writeUIntLE(width - 1, 4, 3);
  data.writeUIntLE(height - 1, 7, 3);
  return riff('VP8X', data);
}

/** 14 bits each. */
function webpLossless(width: number, height: number): Buffer {
  const data = Buffer.alloc(64);
  data[0] = 0x2f;
  data.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 1);
  return riff('VP8L', data);
}

function gif(width: number, height: number): Buffer {
  const data = Buffer.alloc(26);
  data.write('GIF89a');
  data.writeUInt16LE(width, 6);
  data.writeUInt16LE(height, 8);
  return data;
}

function tiff(width: number, height: number): Buffer {
  const data = Buffer.alloc(64);
  data.write('II*\0', 'latin1');
  data.writeUInt32LE(8, 4);
  data.writeUInt16LE(2, 8);
  for (const [at, tag, value] of [
    [10, 256, width],
    [22, 257, height],
  ] as const) {
    data.writeUInt16LE(tag, at);
    data.writeUInt16LE(4, at + 2);
    data.writeUInt32LE(1, at + 4);
    data.writeUInt32LE(value, at + 8);
  }
  return data;
}

const text = (content: string) => Buffer.from(content, 'latin1');
const laughs = Array.from(
  { length: 12 },
  (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`,
).join('');
const svg = (inside: string, head = '') =>
  text(`<?xml version="1.0"?>${head}<svg xmlns="http://www.w3.org/2000/svg">${inside}</svg>`);
const zeros = (mebibytes: number) => deflateSync(Buffer.alloc(mebibytes * 2 ** 20));
const compressed = (type: string, keyword: string, mebibytes: number) =>
  pngChunk(type, Buffer.concat([text(`${keyword}\0\0`), zeros(mebibytes)]));
const row = Buffer.alloc(4);

const refused: Readonly<Record<string, Buffer>> = {
  'PNG of 100,000 squared': png(100_000, 100_000),
  'PNG of the largest size': png(2 ** 31 - 1, 2 ** 31 - 1),
  'PNG that is one line of 100 million': png(100_000_000, 1),
  'PNG that is one column of 100 million': png(1, 100_000_000),
  'PNG of 64 megapixels': png(8000, 8000),
  'PNG just above the limit': png(8000, 5001),
  'PNG of 30,000 squared in one bit, whole': png(30_000, 30_000, {
    bits: 1,
    colour: 0,
    idat: Buffer.alloc((30_000 / 8 + 1) * 30_000),
  }),
  'PNG of 16 bits with alpha': png(20_000, 20_000, { bits: 16, colour: 6 }),
  'PNG with a palette': png(60_000, 60_000, { colour: 3 }),
  'PNG interlaced': png(50_000, 50_000, { interlaced: 1 }),
  'PNG of no size': png(0, 0),
  'PNG that is only a signature': text('\x89PNG\r\n\x1a\n'),
  'PNG whose header is cut': png(10, 10).subarray(0, 20),
  'JPEG of 65,535 squared': jpeg(65_535, 65_535),
  'JPEG in gray': jpeg(65_535, 65_535, 1),
  'JPEG in four inks': jpeg(65_535, 65_535, 4),
  'JPEG progressive': jpeg(65_500, 65_500, 3, 0xc2),
  'JPEG just above the limit': jpeg(8000, 5001),
  'JPEG of no height': jpeg(100, 0),
  'JPEG that is only a signature': text('\xff\xd8\xff'),
  'WebP canvas of 16 million squared': webpCanvas(2 ** 24, 2 ** 24),
  'WebP canvas of 20,000 squared': webpCanvas(20_000, 20_000),
  'WebP lossless of 16,383 squared': webpLossless(16_383, 16_383),
  'WebP just above the limit': webpLossless(8000, 5001),
  'WebP that is only a signature': text('RIFF\xff\xff\xff\xffWEBP'),
  'GIF of 65,535 squared': gif(65_535, 65_535),
  'TIFF of 100,000 squared': tiff(100_000, 100_000),
  'TIFF behind the signature of a JPEG': Buffer.concat([
    text('\xff\xd8\xff'),
    tiff(100_000, 100_000),
  ]),
  'big TIFF': Buffer.concat([text('II+\0\x08\0\0\0'), Buffer.alloc(64, 0x7f)]),
  'SVG of 100,000 squared': svg('<rect width="100000" height="100000"/>'),
  'SVG with a billion laughs': svg('&l12;', `<!DOCTYPE s [<!ENTITY l0 "lol">${laughs}]>`),
  'SVG that reads a file': svg(
    '<text>&x;</text>',
    '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
  ),
  'SVG that links': svg('<image href="http://169.254.169.254/latest/meta-data/"/>'),
  'SVG compressed': gzipSync(svg('<rect width="100000" height="100000"/>')),
  'SVG behind the signature of a PNG': Buffer.concat([text('\x89PNG\r\n\x1a\n'), svg('')]),
  'PPM of 100,000 squared': text('P6 100000 100000 255\n'),
  'HDR of 100,000 squared': text('#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 100000 +X 100000\n'),
  'BMP of 100,000 squared': Buffer.concat([text('BM'), Buffer.alloc(52, 0x01)]),
  'AVIF header': text('\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf'),
  'JPEG 2000 header': text('\0\0\0\x0cjP  \r\n\x87\n'),
  'PDF page': text('%PDF-1.7\n1 0 obj\n'),
  'gzip of zeros': gzipSync(Buffer.alloc(64 * 2 ** 20)),
  nothing: Buffer.alloc(0),
};

const small: Readonly<Record<string, Buffer>> = {
  'PNG with 256 MiB of text': png(1, 1, { idat: row, extra: compressed('zTXt', 'a', 256) }),
  'PNG with 256 MiB of colour profile': png(1, 1, {
    idat: row,
    extra: compressed('iCCP', 'a', 256),
  }),
  'PNG with 10,000 notes': png(1, 1, {
    idat: row,
    extra: Buffer.concat(Array.from({ length: 10_000 }, () => pngChunk('tEXt', text('a\0b')))),
  }),
  'PNG whose data goes on for 256 MiB': png(1, 1, { idat: Buffer.alloc(256 * 2 ** 20) }),
};

export const pictureBombs = (): PictureBomb[] => [
  ...Object.entries(refused).map(([name, bytes]) => ({ name, bytes, picture: 'refused' as const })),
  ...Object.entries(small).map(([name, bytes]) => ({ name, bytes, picture: 'small' as const })),
];

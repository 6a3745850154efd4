import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readPictures } from '../../../adapters/video/read-pictures.ts';
import { keptTicks, selectFilter } from '../../../adapters/video/select-filter.ts';

const pictures = [1, 70_000, 3, 500].map((length, index) => new Uint8Array(length).fill(index + 1));
const stream = Buffer.concat(
  pictures.flatMap((bytes) => [
    Buffer.from(`--x\r\nContent-type: image/jpeg\r\nContent-length: ${bytes.length}\r\n\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]),
);

async function read(bytes: Buffer, chunkBytes: number): Promise<Uint8Array[]> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
    bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
  const found: Uint8Array[] = [];
  for await (const picture of readPictures(Readable.from(chunks))) found.push(picture);
  return found;
}

describe('readPictures', () => {
  it.each([7, 64, 1000, 65_536, 1_000_000])('reads the same from chunks of %i', async (size) => {
    expect(await read(stream, size)).toEqual(pictures);
  });

  it('leaves out a picture that breaks off', async () => {
    expect(await read(stream.subarray(0, -100), 1000)).toEqual(pictures.slice(0, 3));
  });

  it('refuses a stream that is something else', async () => {
    await expect(read(Buffer.alloc(5000, 'a'), 100)).rejects.toThrow('no picture begins');
    const huge = Buffer.from('--x\r\nContent-length: 99999999999\r\n\r\n');
    await expect(read(huge, 100)).rejects.toThrow('no valid length');
  });
});

describe('selectFilter', () => {
  it('compares a frame with few of many targets', () => {
    const targetTicks = Array.from({ length: 1000 }, (_, index) => index * 512);

    const filter = selectFilter({
      timeBase: { numerator: 1, denominator: 12800 },
      targetTicks,
      stopTicks: 999_999,
    });

    expect(filter).toMatch(/^settb=1\/12800,trim=end_pts=999999,select='/);
    expect(filter.match(/lt\(pts,/g)).toHaveLength(1000);
    let depth = 0;
    let deepest = 0;
    for (const character of filter) {
      depth += character === '(' ? 1 : character === ')' ? -1 : 0;
      deepest = Math.max(deepest, depth);
    }
    // Ffmpeg's expressions may nest a hundred deep.
    expect(deepest).toBeLessThan(16);
    expect(depth).toBe(0);
  });
});

describe('keptTicks', () => {
  it.each([
    ['frame:0    pts:5120    pts_time:0.4', 5120],
    ['frame:12   pts:-512    pts_time:-0.04', -512],
    ['frame:1    pts:NOPTS   pts_time:NOPTS', null],
    ['kept=1', null],
  ])('reads %j', (line, ticks) => {
    expect(keptTicks(line)).toBe(ticks);
  });
});

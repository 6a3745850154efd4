import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutFrames } from '../../../adapters/video/cut-frames.ts';
import { probeVideo } from '../../../adapters/video/probe-video.ts';
import { ffmpegObstacle, makeClip, x264 } from './made-clips.ts';

type Wish = Parameters<typeof cutFrames>[0]['extract'];

const jpegStart = Buffer.from([0xff, 0xd8, 0xff]);

/** When the frames of a clip of 100 are shown. */
const listed = Array.from({ length: 100 }, (_, number) => number / 25);

describe.skipIf(ffmpegObstacle !== null)('damaged videos', () => {
  let folder = '';
  const at = (name: string) => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'damaged-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function cut(file: string): Promise<number> {
    let frames = 0;
    for await (const { index } of cutFrames({ file, extract: { perSecond: 25 } }))
      frames = index + 1;
    return frames;
  }

  it.each([
    ['mp4', [...x264(25), '-movflags', '+faststart']],
    ['mov', x264(25)],
    ['mkv', x264(25)],
    ['webm', ['-c:v', 'libvpx', '-b:v', '1M']],
    ['avi', ['-c:v', 'mpeg4', '-q:v', '2']],
  ])('refuses a .%s that is cut short', async (extension, encode) => {
    const whole = await readFile(await makeClip(at(`whole.${extension}`), encode, 250));
    const name = `half.${extension}`;
    await writeFile(at(name), whole.subarray(0, whole.length / 2));

    await expect(probeVideo(at(name))).rejects.toMatchObject({
      failureClass: 'bad_media',
      action: 'fail',
      message: expect.stringContaining(name),
    });
  });

  it('replaces a frame that does not decode by the next one, and gives none twice', async () => {
    const file = await makeClip(at('noisy.mkv'), ['-c:v', 'mjpeg', '-q:v', '3'], 100);
    const bytes = await readFile(file);
    // The header of one picture; without it that picture alone does not decode.
    const middle = bytes.indexOf(Buffer.from([0xff, 0xc0, 0x00, 0x11]), bytes.length / 2);
    bytes.fill(0, middle, middle + 19);
    await writeFile(file, bytes);
    const times = async (extract: Wish) => {
      const found: number[] = [];
      for await (const frame of cutFrames({ file, extract })) found.push(frame.timeSeconds);
      return found;
    };

    const found = await times({ perSecond: 25 });
    const [lost = 0] = listed.filter((time) => !found.includes(time));

    expect(found).toEqual(listed.filter((time) => time !== lost));
    expect(await times({ times: [1, lost] })).toEqual([1, listed[listed.indexOf(lost) + 1]]);
    expect(await times({ times: [lost, lost + 0.05] })).toHaveLength(1);
  });

  it('refuses a video of which little decodes, without printing what ffmpeg was fed', async () => {
    const file = await makeClip(at('ruined.mkv'), ['-c:v', 'mjpeg', '-q:v', '3'], 100);
    const bytes = await readFile(file);
    let picture = bytes.indexOf(jpegStart, 3000);
    while (picture !== -1) {
      bytes.fill(7, picture, picture + 200);
      picture = bytes.indexOf(jpegStart, picture + 3);
    }
    await writeFile(file, bytes);

    const message = await cut(file).then(
      (frames) => `no error, ${frames} frames`,
      (error: Error) => error.message,
    );

    expect(message).toMatch(/^video ruined.mkv (?:is damaged|cannot be decoded|has no frame)/);
    expect(message).not.toMatch(/\p{Cc}/u);
    expect(message).not.toContain(folder);
    expect(message.length).toBeLessThan(400);
  });
});

import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openVideoCheck } from '../../../adapters/video/check-readable.ts';
import { findVideoTools } from '../../../adapters/video/video-tools.ts';
import { ffmpegObstacle, makeClip, x264 } from './made-clips.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-readable-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A check whose ffprobe is a shell script. */
async function openCheck(script: (ffprobe: string) => string) {
  const tools = await findVideoTools();
  const ffprobe = join(folder, 'ffprobe.sh');
  await writeFile(ffprobe, `#!/bin/sh\n${script(tools.ffprobe)}\n`);
  await chmod(ffprobe, 0o755);
  return openVideoCheck({ ...tools, ffprobe }, join(folder, 'checked.txt'));
}

describe.skipIf(ffmpegObstacle !== null)('openVideoCheck', () => {
  it('looks once at a file of which many clips are asked for', async () => {
    const file = await makeClip(join(folder, 'a.mp4'), x264(25), 50);
    const runs = join(folder, 'runs');
    const check = await openCheck((ffprobe) => `echo x >> '${runs}'\nexec '${ffprobe}' "$@"`);

    const looks = await Promise.all([1, 2, 3].map(() => check.lookAt(file)));

    expect(looks).toEqual([1, 2, 3].map(() => ({ fault: null, durationSeconds: 2 })));
    expect(await readFile(runs, 'utf8')).toBe('x\n');
  });

  it('takes no failure that may pass for a fault of the file', async () => {
    const file = await makeClip(join(folder, 'a.mp4'), x264(25), 25);
    const check = await openCheck(() => 'kill -9 $$');

    await expect(check.lookAt(file)).rejects.toMatchObject({ action: 'retry' });
  });

  it('finds a video good whose last picture stays for long', async () => {
    const still = ['-vf', "select='lt(n,2)',setpts='N*9/TB'", '-fps_mode', 'vfr', ...x264(1)];
    const file = await makeClip(join(folder, 'still.mkv'), still, 50);
    const check = await openVideoCheck(await findVideoTools(), join(folder, 'checked.txt'));

    expect(await check.lookAt(file)).toMatchObject({ fault: null });
  });
});

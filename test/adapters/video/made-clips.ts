import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import sharp from 'sharp';

/** What keeps the tests that need ffmpeg from running here, or null. */
export const ffmpegObstacle: string | null =
  spawnSync('ffmpeg', ['-version']).status === 0 && spawnSync('ffprobe', ['-version']).status === 0
    ? null
    : 'no ffmpeg on PATH';

const clips = fileURLToPath(new URL('../../../../shared/data/videos', import.meta.url));
/** The real clips that are on this machine, by name and path. */
export const realClips = ['1917', 'cooking', 'jesse_dance', 'yoga']
  .map((name) => ({ name, path: join(clips, `${name}.mp4`) }))
  .filter(({ path }) => existsSync(path));

/** Each frame shows its number in binary: eight bars, the lowest bit on the left, white for 1. */
const bars = "geq=lum='if(mod(floor(N/pow(2,floor(X/16))),2),235,16)':cb=128:cr=128";
const source = (frames: number) => `color=size=128x32:rate=25:duration=${frames / 25},${bars}`;

/** Makes a clip of numbered frames at 25 a second, shown from `number / 25` s on. */
export async function makeClip(
  file: string,
  encode: readonly string[],
  frames = 100,
): Promise<string> {
  const input = ['-f', 'lavfi', '-i', source(frames)];
  await execa('ffmpeg', ['-y', '-v', 'error', ...input, ...encode, file], { timeout: 60_000 });
  return file;
}

/** Runs ffmpeg on clips that are there already. */
export async function ffmpeg(...args: readonly string[]): Promise<void> {
  await execa('ffmpeg', ['-y', '-v', 'error', ...args], { timeout: 60_000 });
}

export function x264(keyframeEvery: number): readonly string[] {
  const fast = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '12', '-pix_fmt', 'yuv420p'];
  const every = String(keyframeEvery);
  return [...fast, '-bf', '3', '-sc_threshold', '0', '-g', every, '-keyint_min', every];
}

/** The number that a frame shows. */
export async function numberShown(bytes: Uint8Array): Promise<number> {
  const { data, info } = await sharp(bytes).greyscale().raw().toBuffer({ resolveWithObject: true });
  let number = 0;
  for (let bit = 0; bit < 8; bit += 1) {
    const x = Math.floor((info.width * (bit + 0.5)) / 8);
    const level = data[(Math.floor(info.height / 2) * info.width + x) * info.channels] ?? 0;
    if (level > 128) number += 2 ** bit;
  }
  return number;
}

/** When ffprobe says that the decoded frames are shown, in seconds; those it knows no time of left out. */
export async function decodedTimes(file: string): Promise<number[]> {
  const entries = ['-show_entries', 'frame=best_effort_timestamp_time', '-of', 'csv=p=0'];
  const options = ['-v', 'error', '-select_streams', 'v:0', ...entries];
  const { stdout } = await execa('ffprobe', [...options, file]);
  return stdout
    .split('\n')
    .map((line) => Number.parseFloat(line))
    .filter((time) => !Number.isNaN(time));
}

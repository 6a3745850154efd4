import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { e2eObstacle } from './e2e-cli.ts';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The four clips, where they are on this machine. */
export const clipsFolder = fromRoot('../shared/data/videos');
export const tinyModel = fromRoot('simulator/model/tiny-siglip');
export const clipKeys = ['1917', 'cooking', 'jesse_dance', 'yoga'] as const;

/** The questions in the original script's layout, and in LVBench's. */
export const questionsFile = fromRoot('examples/real-clips/questions.json');
const lvbenchFile = 'video_info.meta.jsonl';

/** What keeps the tests of the real clips from running here, or null. */
export const realClipsObstacle: string | null =
  e2eObstacle ??
  (clipKeys.every((key) => existsSync(join(clipsFolder, `${key}.mp4`)))
    ? null
    : 'the clips are not on this machine') ??
  (spawnSync('ffmpeg', ['-version']).status === 0 ? null : 'no ffmpeg on PATH');

/** Cuts every clip at two frames a second, as docs/real-clips.md says: `<folder>/<key>/frame_<n>.jpg`. */
export async function cutFrames(folder: string): Promise<void> {
  await Promise.all(
    clipKeys.map(async (key) => {
      await mkdir(join(folder, key), { recursive: true });
      const cut = ['-vf', 'fps=2', '-start_number', '0', '-q:v', '2'];
      const clip = join(clipsFolder, `${key}.mp4`);
      await execa('ffmpeg', ['-v', 'error', '-i', clip, ...cut, `${folder}/${key}/frame_%d.jpg`]);
    }),
  );
}

/** The command with the original script's flags and those that lead to the simulated provider. */
export function originalCommand(options: {
  readonly frames: string;
  readonly output: string;
  readonly providerUrl: string;
}): string[] {
  const address = `${options.providerUrl}/v1`;
  const flags = {
    '-tm': 'simulated-vlm',
    '-fp': options.frames,
    '-df': questionsFile,
    '-op': options.output,
    '-ifn': '8',
    '-pp': '4',
    '--base_url': address,
    '--provider': 'simulated',
    '--image-base-url': address,
    '--image-provider': 'simulated',
    '--image-model': 'simulated-image',
    '--embedding-model': 'durable-videoqa/tiny-siglip',
    '--embedding-path': tinyModel,
  };
  return ['run', ...Object.entries(flags).flat(), '--build-missing', '--json'];
}

/**
 * Copies the committed configuration and its data file beside `<folder>/frames`, with the address
 * of this provider and the model's folder; all else stays as it is.
 */
export async function placeLvbenchExample(folder: string, providerUrl: string): Promise<string> {
  const config = parse(await readFile(fromRoot('examples/real-clips/lvbench.yaml'), 'utf8'));
  config.models.answer.baseUrl = `${providerUrl}/v1`;
  config.models.image.baseUrl = `${providerUrl}/v1`;
  config.models.embedding.path = tinyModel;
  await copyFile(fromRoot(`examples/real-clips/${lvbenchFile}`), join(folder, lvbenchFile));
  const file = join(folder, 'lvbench.yaml');
  await writeFile(file, stringify(config));
  return file;
}

/**
 * Copies the configuration that cuts frames itself, its data file and the clips into a folder.
 *
 * @param present  the clips to copy
 */
export async function placeVideosExample(
  folder: string,
  providerUrl: string,
  strategy: string,
  present: readonly string[] = clipKeys,
): Promise<string> {
  const example = fromRoot('examples/real-clips/lvbench-videos.yaml');
  const config = parse(await readFile(example, 'utf8'));
  config.models.answer.baseUrl = `${providerUrl}/v1`;
  config.models.image.baseUrl = `${providerUrl}/v1`;
  config.models.embedding.path = tinyModel;
  config.strategy.name = strategy;
  await mkdir(join(folder, 'videos'), { recursive: true });
  for (const key of present)
    await copyFile(join(clipsFolder, `${key}.mp4`), join(folder, 'videos', `${key}.mp4`));
  await copyFile(fromRoot(`examples/real-clips/${lvbenchFile}`), join(folder, lvbenchFile));
  const file = join(folder, `${strategy}.yaml`);
  await writeFile(file, stringify(config));
  return file;
}

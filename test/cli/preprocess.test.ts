import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  preprocessingFixture,
  recipes,
} from '../adapters/embedding/pictures/preprocessing-goldens.ts';

const cliSource = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');
const picture = fileURLToPath(preprocessingFixture('sources/640x360.png'));

let folder: string;
let model: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'preprocess-'));
  model = await modelFolder();
});
afterEach(() => rm(folder, { recursive: true }));

describe('videoqa preprocess', () => {
  it('writes the picture that the model sees, and says how it was made', async () => {
    const out = join(folder, 'seen.png');

    const { exitCode, stdout } = await preprocess(picture, '--model', model, '--out', out);

    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      `${out}: 384x384, squashed, bicubic; squash-384x384-cubic-mean0.5-std0.5-pillow1`,
    );
    expect(await readPixels(out)).toEqual(
      await readPixels(fileURLToPath(preprocessingFixture('goldens/640x360-siglip-bicubic.webp'))),
    );
  });

  it('prints JSON with the hash of the pixels', async () => {
    const out = join(folder, 'seen.png');

    const { stdout } = await preprocess(picture, '--model', model, '--out', out, '--json');

    expect(JSON.parse(stdout)).toEqual({
      image: picture,
      out,
      width: 384,
      height: 384,
      fit: { kind: 'squash' },
      kernel: 'cubic',
      preprocessingId: 'squash-384x384-cubic-mean0.5-std0.5-pillow1',
      sha256: createHash('sha256')
        .update(await readPixels(out))
        .digest('hex'),
    });
  });

  it.each([
    ['a missing picture', { image: 'none.png' }, /there is no picture .*none\.png/],
    ['a missing model', { model: 'none' }, /there is no model folder .*none/],
    ['a file that is no picture', { image: 'text.png' }, /text\.png cannot be prepared/],
    ['a GIF', { image: 'moving.gif' }, /its format is gif, not JPEG, PNG or WebP/],
    ['another format to write', { out: 'seen.jpg' }, /end the name in \.png/],
    ['the picture itself as the place to write', { out: 'own.png' }, /is the picture itself/],
    ['a folder that is not there', { out: 'none/seen.png' }, /seen\.png cannot be written/],
  ])('refuses %s', async (_, change, message) => {
    await writeFile(join(folder, 'text.png'), 'no picture');
    await sharp(picture).gif().toFile(join(folder, 'moving.gif'));
    await cp(picture, join(folder, 'own.png'));
    const paths = { image: 'own.png', model: 'model', out: 'seen.png', ...change };

    const { exitCode, stderr } = await preprocess(
      join(folder, paths.image),
      '--model',
      join(folder, paths.model),
      '--out',
      join(folder, paths.out),
    );

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('names the file of a broken model folder', async () => {
    await rm(join(model, 'preprocessor_config.json'));

    const { exitCode, stderr } = await preprocess(
      picture,
      '--model',
      model,
      '--out',
      join(folder, 'seen.png'),
    );

    expect(exitCode).toBe(3);
    expect(stderr).toContain('preprocessor_config.json');
  });
});

function preprocess(...args: readonly string[]) {
  return videoqa(['preprocess', ...args]);
}

function videoqa(args: readonly string[]) {
  return execa('node', ['--import', tsx, cliSource, ...args], { reject: false });
}

/** Only the files that say how pictures are prepared. */
async function modelFolder(): Promise<string> {
  const path = join(folder, 'model');
  const { width, height, mean, standardDeviation } = recipes['siglip-bicubic'];
  const files = {
    'config.json': { model_type: 'siglip', vision_config: { image_size: width } },
    'preprocessor_config.json': {
      size: { width, height },
      resample: 3,
      image_mean: mean,
      image_std: standardDeviation,
    },
  };
  await mkdir(path);
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(path, name), JSON.stringify(content));
  }
  return path;
}

async function readPixels(path: string): Promise<Buffer> {
  return sharp(await readFile(path))
    .removeAlpha()
    .raw()
    .toBuffer();
}

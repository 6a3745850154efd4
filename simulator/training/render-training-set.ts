import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { once } from 'node:events';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { drawFrame, encodeFrame } from '../world/draw-frame.ts';
import { imagineFrame } from '../world/imagine.ts';
import { createRandom, type Random } from '../world/random.ts';
import { actorsInFrame, planVideo, type VideoPlan } from '../world/video.ts';
import { colours, shapes, type SceneObject } from '../world/vocabulary.ts';
import { modelInput } from './model-input.ts';

/**
 * Renders the images the tiny model learns from. Writes `images.u8` (96 x 96 x 3 bytes an image, in
 * the order of the labels) and `labels.jsonl` (`{domain, objects}`) to `--out`. Every image is of
 * another video; their seeds begin with `training/`, which no dataset's do.
 */
async function renderTrainingSet(directory: string, images: number, seed: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const pixels = createWriteStream(path.join(directory, 'images.u8'));
  const labels = createWriteStream(path.join(directory, 'labels.jsonl'));
  const atOnce = 4;
  for (let first = 0; first < images; first += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, images - first) }, (_, n) => first + n);
    const rendered = await Promise.all(numbers.map((n) => renderExample(`training/${seed}/${n}`)));
    for (const { input, label } of rendered) {
      if (!pixels.write(input)) await once(pixels, 'drain');
      labels.write(`${JSON.stringify(label)}\n`);
    }
    if (first % 2000 === 0) console.error(`${first} of ${images} images`);
  }
  await Promise.all([endStream(pixels), endStream(labels)]);
}

interface Label {
  readonly domain: 'filmed' | 'imagined';
  readonly objects: readonly SceneObject[];
}

/** Two thirds are frames as filmed, one third is what the simulated image model would make. */
async function renderExample(seed: string): Promise<{ input: Uint8Array; label: Label }> {
  const random = createRandom(`${seed}/choice`);
  const video = planVideo(seed);
  if (random.next() < 0.35) {
    const reference = drawFrame(video, frameWithout(video, random));
    const objects = inventObjects(random);
    const { width, height } = reference;
    const pixels = imagineFrame(reference.pixels, width, height, objects, seed);
    const jpeg = await encodeFrame({ pixels, width, height });
    return { input: await modelInput(jpeg), label: { domain: 'imagined', objects } };
  }
  const frame = random.next() < 0.15 ? frameWithout(video, random) : frameWithin(video, random);
  const objects = actorsInFrame(video, frame).map((actor) => actor.object);
  const jpeg = await encodeFrame(drawFrame(video, frame));
  return { input: await modelInput(jpeg), label: { domain: 'filmed', objects } };
}

function frameWithin(video: VideoPlan, random: Random): number {
  const event = random.pick(video.events);
  return random.integer(event.startFrame, event.endFrame);
}

function frameWithout(video: VideoPlan, random: Random): number {
  for (;;) {
    const frame = random.integer(0, video.frameCount);
    if (actorsInFrame(video, frame).length === 0) return frame;
  }
}

function inventObjects(random: Random): SceneObject[] {
  const draw = random.next();
  const count = draw < 0.05 ? 0 : draw < 0.65 ? 1 : 2;
  const paints = random.shuffle(colours);
  return random
    .shuffle(shapes)
    .slice(0, count)
    .map((shape, index) => ({ shape, colour: paints[index] ?? 'red' }));
}

async function endStream(stream: ReturnType<typeof createWriteStream>): Promise<void> {
  stream.end();
  await once(stream, 'finish');
}

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    images: { type: 'string', default: '24000' },
    seed: { type: 'string', default: '1' },
  },
});
if (values.out === undefined) throw new Error('say where to write: --out <directory>');
await renderTrainingSet(values.out, Number(values.images), values.seed);

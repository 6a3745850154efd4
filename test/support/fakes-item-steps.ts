import { createHash } from 'node:crypto';
import type { FrameReader, RunReader, SourceReader } from '../../activities/run-reader.ts';
import { createStepRecorder } from '../../activities/record-step.ts';
import type { Frame, Item } from '../../domain/item.ts';
import type { Step } from '../../domain/outcome.ts';
import type { EmbeddingSpec, FrameSource, ImageModelSpec, RunSpec } from '../../domain/run-spec.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { sampleRun, sampleSpec, sampleItems } from '../adapters/database/sample-run.ts';

export const ref = { runId: 'r1', drive: 1, itemId: 'q0', sample: 0 };

const chat = sampleSpec('r1').models.answer;
export const imageModel: ImageModelSpec = {
  ...chat,
  wire: 'ark',
  size: 'auto',
  price: { image: 0.03 },
};
const embedding: EmbeddingSpec = { model: 'tiny', path: 'model', device: 'cpu', dtype: 'fp32' };

export const item: Item = {
  itemId: 'q0',
  videoIds: ['v0'],
  question: 'What does the man hold?',
  options: [
    { letter: 'A', text: 'a cup' },
    { letter: 'B', text: 'a key' },
  ],
  gold: 'A',
  goldSpans: [],
  categories: {},
  source: {},
};

/** Frames 0, 1, ... of a video, two a second; those of v0 have the plainer names. */
export function videoFrames(count: number, videoId = 'v0'): Frame[] {
  return Array.from({ length: count }, (_, n) => ({
    videoId,
    frameId: n,
    name: `${videoId === 'v0' ? 'frame' : `frame_of_${videoId}`}_${n}.jpg`,
    timeSeconds: n / 2,
  }));
}

export function stepSpec(strategy: Partial<RunSpec['strategy']> = {}): RunSpec {
  const spec = sampleSpec('r1');
  return {
    ...spec,
    models: { ...spec.models, image: imageModel, embedding },
    strategy: { ...spec.strategy, name: 'imagined-keyframes', ...strategy },
  };
}

export function readerOf(spec: RunSpec, about: Item = item): RunReader {
  return { spec: async () => spec, item: async () => about };
}

export function sourcesOf(spec: RunSpec, videoIds: readonly string[] = ['v0']): SourceReader {
  return { source: async () => spec, videoIds: async () => videoIds };
}

/** A frame's bytes are its name; a picture of it is 1280 by 720. */
export function framesOf(all: readonly Frame[]): FrameReader {
  const read = async (_: FrameSource, frame: Frame) => new TextEncoder().encode(frame.name);
  return {
    list: async (_, videoId) => all.filter((frame) => frame.videoId === videoId),
    read,
    async picture(spec, frame) {
      const bytes = new TextEncoder().encode(`${(await read(spec, frame)).join()} as sent`);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { sha256, mediaType: 'image/jpeg', width: 1280, height: 720, bytes };
    },
  };
}

export function recorderOf(stores: Stores) {
  return createStepRecorder({ ...stores, processId: 'process-1' });
}

/** The run with its first items, so that steps have something to belong to. */
export async function createSampleRun({ runs }: Stores): Promise<void> {
  await runs.create(sampleRun('r1'), sampleItems(2));
}

/** Leaves a usable record of an earlier step, as its activity would. */
export async function leaveResult(
  { steps }: Stores,
  step: Step,
  part: number,
  result: unknown,
): Promise<void> {
  const key = { ...ref, step, part };
  const place = { processId: 'p', workflowId: 'w', workflowRunId: 'r', activityId: 'a' };
  await steps.begin(key, place, 1);
  await steps.finish(key, {
    state: 'done',
    usable: true,
    result,
    failureClass: null,
    usage: null,
    waitedMs: 0,
  });
}

export const planOf = (...frameIds: number[]) => ({
  planned: frameIds.map((id) => ({
    asked_frame_id: id,
    used_frame_id: id,
    prompt: `picture of ${id}`,
  })),
  dropped: 0,
  parseRule: 'fence-json',
  replyArtifact: 'x',
});

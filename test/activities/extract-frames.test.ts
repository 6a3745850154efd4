import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createExtractActivities,
  type CutFrame,
  type VideoFile,
} from '../../activities/extract-frames.ts';
import { createQuarantine } from '../../activities/quarantine.ts';
import { readManifest, writeManifest } from '../../adapters/video/frame-manifest.ts';
import type { ExtractSpec, RunSpec } from '../../domain/run-spec.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { inActivity, openTestStores } from '../support/fakes-activity.ts';
import { sourcesOf, stepSpec } from '../support/fakes-item-steps.ts';

let stores: Stores;
let cuts: unknown[];
beforeEach(async () => {
  stores = await openTestStores();
  cuts = [];
});
afterEach(() => stores.close());

async function* frames(count: number): AsyncIterable<CutFrame> {
  for (let n = 0; n < count; n++) {
    yield { timeSeconds: n / 4, bytes: new TextEncoder().encode(`picture ${n}`) };
  }
}

type About = { extract?: ExtractSpec; runId?: string; fileHash?: string } & Pick<
  VideoFile,
  'clip' | 'framesPerSecond'
>;

function cutting(about: About = {}, cut: () => AsyncIterable<CutFrame> = () => frames(20)) {
  const { extract = { perSecond: 4 }, runId = 'r1', fileHash = 'a'.repeat(64), ...part } = about;
  const spec: RunSpec = {
    ...stepSpec(),
    dataset: { ...stepSpec().dataset, media: { kind: 'videos', folder: '/clips', extract } },
  };
  const { extractFrames } = createExtractActivities({
    sources: sourcesOf(spec),
    media: stores.media,
    blobs: stores.blobs,
    guarded: createQuarantine({ mediaWork: stores.mediaWork, processId: 'p1' }),
    openVideo: async ({ folder }, videoId) => ({
      ...part,
      hash: async () => fileHash,
      cut: (rule) => {
        cuts.push({ file: `${folder}/${videoId}.mp4`, rule });
        return cut();
      },
    }),
    cutterVersion: '1',
    writeManifest,
  });
  return inActivity(() => extractFrames({ runId, videoId: 'v0' }));
}

async function manifestOf(runId: string) {
  const artifact = await stores.media.findOwned(runId, 'v0', 'frames');
  return artifact === null ? null : readManifest(await stores.blobs.get(artifact)).frames;
}

describe('extractFrames', () => {
  it('keeps every frame as a blob, listed in time order with its time', async () => {
    expect(await cutting()).toEqual({ frames: 20 });

    const listed = (await manifestOf('r1')) ?? [];
    expect(listed).toHaveLength(20);
    expect(listed[13]).toMatchObject({ name: 'frame_000013.jpg', time_s: 3.25 });
    const bytes = await stores.blobs.get(listed[13]?.sha256 ?? '');
    expect(new TextDecoder().decode(bytes)).toBe('picture 13');
  });

  it('cuts a video once for a run, and once for all runs that cut alike', async () => {
    await cutting();
    await cutting();
    await cutting({ runId: 'r2' });

    expect(cuts).toEqual([{ file: '/clips/v0.mp4', rule: { perSecond: 4 } }]);
    expect(await manifestOf('r2')).toEqual(await manifestOf('r1'));
  });

  it('cuts again by another rule, and after the file has changed', async () => {
    await cutting();
    await cutting({ runId: 'r2', extract: { count: 8 } });
    await cutting({ runId: 'r3', fileHash: 'b'.repeat(64) });

    expect(cuts).toHaveLength(3);
  });

  it('cuts each part of a video on its own', async () => {
    await cutting();
    await cutting({ runId: 'r2', clip: { startSeconds: 1, endSeconds: 3 } });
    await cutting({ runId: 'r3', clip: { startSeconds: 1, endSeconds: 4 } });
    await cutting({ runId: 'r4', clip: { startSeconds: 1, endSeconds: 3 } });

    expect(cuts).toHaveLength(3);
  });

  it('cuts a folder of pictures again when its rate is corrected', async () => {
    await cutting({ framesPerSecond: 3 });
    await cutting({ runId: 'r2', framesPerSecond: 30 });
    await cutting({ runId: 'r3', framesPerSecond: 3 });

    expect(cuts).toHaveLength(2);
  });

  it('passes on the times of this video alone', async () => {
    await cutting({ extract: { times: { v0: [1, 2.5], v1: [9] } } });

    expect(cuts).toEqual([{ file: '/clips/v0.mp4', rule: { times: [1, 2.5] } }]);
  });

  it.each([
    ['no times are given for it', 20, { times: { other: [1] } }, 'frames_missing'],
    ['it holds no picture', 0, { perSecond: 1 }, 'bad_media'],
  ])('fails for good when %s', async (_, count, extract, failureClass) => {
    await expect(cutting({ extract }, () => frames(count))).rejects.toMatchObject({
      failureClass,
      action: 'fail',
    });
    expect(await manifestOf('r1')).toBeNull();
  });

  it('leaves nothing behind when cutting breaks off, and begins again', async () => {
    const breaks = async function* (): AsyncIterable<CutFrame> {
      yield* frames(3);
      throw new StepError('bad_media', 'fail', 'cut short');
    };

    await expect(cutting({}, breaks)).rejects.toThrow('cut short');
    expect(await manifestOf('r1')).toBeNull();

    expect(await cutting()).toEqual({ frames: 20 });
  });
});

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadDataset } from '../../../adapters/datasets/load-dataset.ts';
import { preflightDataset, type PreflightRequest } from '../../../adapters/datasets/preflight.ts';
import { describeProblem } from '../../../adapters/datasets/problem.ts';
import type { FrameTimeRule } from '../../../adapters/frames/frame-times.ts';

let base: string;
let jpeg: Uint8Array;

beforeAll(async () => {
  const plain = { width: 8, height: 8, channels: 3 as const, background: 'red' };
  jpeg = await sharp({ create: plain }).jpeg().toBuffer();
});
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'preflight-'));
  await mkdir(join(base, 'frames'));
  await mkdir(join(base, 'pt'));
});
afterEach(() => rm(base, { recursive: true, force: true }));

async function makeVideos(videoIds: readonly string[], content = jpeg): Promise<void> {
  for (const videoId of videoIds) {
    await mkdir(join(base, 'frames', videoId));
    await writeFile(join(base, 'frames', videoId, 'frame_1.jpg'), content);
  }
}

type Change = Partial<PreflightRequest['dataset']> & {
  frames?: string;
  frameTime?: FrameTimeRule;
};

async function preflight(
  keys: readonly string[],
  change: Change = {},
  readEmbeddings: PreflightRequest['readEmbeddings'] = null,
) {
  const path = join(base, 'items.json');
  const records = keys.map((key, index) => ({
    key,
    question: `Who is number ${index}?`,
    answer: 'me',
    time_reference: '00:01-00:02',
  }));
  await writeFile(path, JSON.stringify(records));
  const { frames = join(base, 'frames'), frameTime = { perSecond: 1 }, ...others } = change;
  const dataset = {
    media: { kind: 'frames', folder: frames, frameTime } as const,
    embeddings: null,
    buildMissing: false,
    ...others,
  };
  const { items, problems, warnings } = await preflightDataset({
    loaded: await loadDataset({ path, format: 'original', limit: null }),
    dataset,
    checkedVideos: join(base, 'checked.txt'),
    readEmbeddings,
  });
  return {
    warnings: warnings.map((line) => line.replaceAll(`${base}/`, '')),
    videoIds: items.flatMap((item) => item.videoIds),
    problems: problems.map((problem) => describeProblem(problem).replaceAll(`${base}/`, '')),
  };
}

const complete = async () => ({ names: ['/old/place/a/frame_1.jpg'], complaints: [] });

describe('preflightDataset', () => {
  it('finds nothing in a dataset that is complete', async () => {
    await makeVideos(['a', 'b']);

    expect(await preflight(['a', 'b', 'a'])).toEqual({
      problems: [],
      warnings: [],
      videoIds: ['a', 'b', 'a'],
    });
  });

  it('D20: lists every video without frames before anything is paid, in the order of the file', async () => {
    await makeVideos(['b']);
    await mkdir(join(base, 'frames', 'c'));

    const { problems } = await preflight(['a', 'b', 'c', 'a', 'd']);

    expect(problems).toEqual([
      expect.stringMatching(/^frames\/a: .*is not there\. Put its frames into frames\/a/),
      expect.stringMatching(/^frames\/c: .*holds no frame_<n>/),
      expect.stringMatching(/^frames\/d: .*is not there/),
    ]);
  });

  it('leaves out items of videos that are not there when that is wished, and says so', async () => {
    await makeVideos(['b']);

    const { problems, warnings, videoIds } = await preflight(['a', 'b', 'a', 'd'], {
      leavesOutMissing: true,
    });

    expect(problems).toEqual([]);
    expect(videoIds).toEqual(['b']);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^missing_media: 2 videos are not there, 3 items are left out\. .*:\n  frames\/a: .*\n  frames\/d: .*there$/,
      ),
    ]);
    expect(warnings[0]).not.toContain('leave out its items');
  });

  it('refuses a run of which nothing would be left', async () => {
    const { problems } = await preflight(['a'], { leavesOutMissing: true });

    expect(problems).toEqual([
      'frames: none of its 1 items has its video there. Check dataset.frames.',
    ]);
  });

  it('D5: finds a folder whose frames are no pictures', async () => {
    await makeVideos(['page'], new TextEncoder().encode('<html>'));
    await makeVideos(['cut'], jpeg.subarray(0, 4));

    const { problems } = await preflight(['page', 'cut']);

    expect(problems).toEqual([
      expect.stringContaining(
        'frames/page/frame_1.jpg: frame frame_1.jpg of video page is neither JPEG',
      ),
      expect.stringContaining('frames/cut/frame_1.jpg: not a usable picture'),
    ]);
  });

  it('D18: warns of files that are not taken as frames', async () => {
    await makeVideos(['a']);
    await writeFile(join(base, 'frames', 'a', 'cover.jpg'), jpeg);

    const { problems, warnings } = await preflight(['a']);

    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^files that are not taken as frames.*a\/cover\.jpg$/),
    ]);
  });

  it('D26: passes problems of the records on', async () => {
    await makeVideos(['a']);

    const { problems } = await preflight(['a', '../a']);

    expect(problems).toEqual([expect.stringContaining('record 2: the field key')]);
  });

  it('says once that there is no frames folder at all', async () => {
    const { problems } = await preflight(['a', 'b'], { frames: join(base, 'none') });

    expect(problems).toEqual([expect.stringMatching(/^none: the frames folder is not there/)]);
  });

  it('warns that hit rates are unknown when frame times are', async () => {
    await makeVideos(['a']);

    const { warnings } = await preflight(['a'], { frameTime: null });

    expect(warnings).toEqual([
      'frame times are unknown, so time_s and hit rates will be null; 1 items have an annotated time that ' +
        'cannot be used. Set dataset.frameTime if you know them',
    ]);
  });

  it('warns of frames that the file of times does not name', async () => {
    await makeVideos(['a', 'b']);
    await writeFile(join(base, 'frames', 'times.json'), '{"a": {"frame_1.jpg": 0}}');

    const { problems, warnings } = await preflight(['a', 'b'], {
      frameTime: { file: 'times.json' },
    });

    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      'videos with frames whose time is not in the file of frame times (1): b',
    ]);
  });

  it('lists missing .pt files, unless they are to be built', async () => {
    await makeVideos(['a', 'b']);
    await writeFile(join(base, 'pt', 'a.pt'), '');
    const embeddings = join(base, 'pt');

    const strict = await preflight(['a', 'b'], { embeddings }, complete);
    const building = await preflight(['a', 'b'], { embeddings, buildMissing: true }, complete);

    expect(strict.problems).toEqual([
      expect.stringMatching(/^pt\/b\.pt: .*not there.*--build-missing/),
    ]);
    expect(building.problems).toEqual([]);
  });

  it('lists names in a .pt without a frame, and what else is wrong with it', async () => {
    await makeVideos(['a']);
    await writeFile(join(base, 'pt', 'a.pt'), '');
    const report = {
      names: ['a/frame_1.jpg', 'a/frame_2.jpg'],
      complaints: ['it holds 768 numbers per frame; the model gives 1152'],
    };

    const { problems } = await preflight(
      ['a'],
      { embeddings: join(base, 'pt') },
      async () => report,
    );

    expect(problems).toEqual([
      expect.stringContaining('pt/a.pt: it holds 768 numbers per frame'),
      expect.stringContaining('pt/a.pt: 1 of its 2 names have no frame (frame_2.jpg)'),
    ]);
  });

  it('looks at each video once', async () => {
    await makeVideos(['a', 'b']);
    await writeFile(join(base, 'pt', 'a.pt'), '');
    await writeFile(join(base, 'pt', 'b.pt'), '');
    const asked: string[] = [];
    const record = async (file: string) => {
      asked.push(basename(file));
      return { names: [], complaints: [] };
    };

    await preflight(['a', 'b', 'a', 'a'], { embeddings: join(base, 'pt') }, record);

    expect(asked.toSorted()).toEqual(['a.pt', 'b.pt']);
  });
});

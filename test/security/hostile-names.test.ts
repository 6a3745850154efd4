import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileBlobStore } from '../../adapters/blobs/file-blob-store.ts';
import { videoField } from '../../adapters/datasets/reading/fields.ts';
import { openFrameFolders } from '../../adapters/frames/frame-folder.ts';
import { openFrameTimes } from '../../adapters/frames/frame-times.ts';
import { findVideoEmbeddings } from '../../adapters/index-files/video-embeddings.ts';
import { findVideo } from '../../adapters/video/find-video.ts';
import { originalResultPrefix } from '../../domain/original-result-prefix.ts';
import { runNameForIds } from '../../domain/run-identity.ts';
import { exportFrames, exportIndex } from '../../results/export-index.ts';
import { exportJsonl } from '../../results/export-jsonl.ts';
import { exportOriginal } from '../../results/export-original.ts';
import { createFramePaths, picturePath } from '../../results/media-paths.ts';
import { artifactOf, sampleRow, sampleSpec } from '../results/sample-run.ts';
import { sampleStores } from '../results/sample-stores.ts';
import { hostileNames } from './hostile-names.ts';

const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
const bait = 'THIS LIES OUTSIDE';
let base = '';
let inside = '';

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'hostile-'));
  inside = join(base, 'inside');
  const outside = join(base, 'outside');
  for (const folder of [inside, outside, join(inside, 'v1')]) await mkdir(folder);
  // Whatever is read from here would be a result.
  for (const name of ['frame_1.jpg', 'times.json']) await writeFile(join(outside, name), jpeg);
  for (const ending of ['mp4', 'safetensors', 'pt'])
    await writeFile(join(base, `outside.${ending}`), bait);
  await writeFile(join(inside, 'v1', 'frame_1.jpg'), jpeg);
});
afterEach(() => rm(base, { recursive: true, force: true }));

const spelled = (name: string) => name.replaceAll('BASE', base);
const names = () => hostileNames.map(spelled);

it('the corpus has at least 100 names, all different', () => {
  expect(hostileNames.length).toBeGreaterThanOrEqual(100);
  expect(new Set(hostileNames).size).toBe(hostileNames.length);
});

describe('what is read', () => {
  it.each(hostileNames)('is no folder of frames outside: %j', async (name) => {
    const frames = openFrameFolders({ root: inside, frameTime: { file: 'times.json' } });

    const missing = { failureClass: 'frames_missing', action: 'fail' };
    await expect(frames.list(spelled(name))).rejects.toMatchObject(missing);
    await expect(frames.read(spelled(name), 'frame_1.jpg')).rejects.toMatchObject(missing);
    await expect(frames.read('v1', spelled(name))).rejects.toMatchObject(missing);
  });

  it.each(hostileNames)('is no video and no embeddings outside: %j', async (name) => {
    await expect(findVideo(inside, spelled(name))).rejects.toMatchObject({
      failureClass: 'frames_missing',
      action: 'fail',
    });
    expect(await findVideoEmbeddings(inside, spelled(name))).toBeNull();
  });

  it('is nothing that a link leads to', async () => {
    await symlink(join(base, 'outside'), join(inside, 'linked'));
    await symlink(join(base, 'outside', 'frame_1.jpg'), join(inside, 'v1', 'frame_2.jpg'));
    await symlink(join(base, 'outside.mp4'), join(inside, 'linked.mp4'));
    await symlink(join(base, 'outside.pt'), join(inside, 'linked.pt'));
    await symlink(join(base, 'outside', 'times.json'), join(inside, 'v1', 'times.json'));
    const frames = openFrameFolders({ root: inside, frameTime: null });

    await expect(frames.list('linked')).rejects.toThrow('leads out');
    await expect(frames.read('v1', 'frame_2.jpg')).rejects.toThrow('leads out');
    await expect(findVideo(inside, 'linked')).rejects.toThrow('leads out');
    expect(await findVideoEmbeddings(inside, 'linked')).toBeNull();
    const timeOf = await openFrameTimes(inside, { file: 'times.json' }).ofVideo('v1', 1);
    expect(timeOf({ frameId: 1, name: 'frame_1.jpg' })).toBeNull();
  });

  it.each(hostileNames)('is no blob by another name: %j', async (name) => {
    const blobs = openFileBlobStore(join(inside, 'blobs'));

    await expect(blobs.get(spelled(name))).rejects.toThrow('is not the name of a blob');
    await expect(blobs.has(spelled(name))).rejects.toThrow('is not the name of a blob');
  });

  it('is no listing of frames for a file of results', async () => {
    const framePaths = createFramePaths({ kind: 'frames', folder: inside, frameTime: null });

    for (const name of names()) {
      const path = (await framePaths(name))(1);
      if (path !== '') expect(dirname(dirname(path))).toBe(inside);
    }
  });

  it('is no key that leads anywhere: the data file is refused', () => {
    const refused = names().filter((name) => !videoField.safeParse(name).success);

    for (const name of names().filter((each) => /[/\\\0\n]|^\.{0,2}$/.test(each)))
      expect(refused).toContain(name);
    expect(videoField.safeParse('a\ud800').success).toBe(false);
  });
});

describe('what is written', () => {
  const rowOf = (name: string, sample = 0) => ({
    ...sampleRow(name, 'B', {
      generated: [
        { artifact: artifactOf(name), source: 'generated' as const, width: 1, height: 1 },
      ],
      source: { key: name },
      reply_artifact: artifactOf('reply'),
    }),
    sample,
  });

  it('lies in the folder of the export, each item in a folder of its own', async () => {
    const rows = names().flatMap((name) => [rowOf(name), rowOf(name, 1)]);
    const stores = sampleStores({ rows, texts: ['reply', ...names()] });
    const directory = join(inside, 'results');

    const { pictures } = await exportOriginal(stores, sampleSpec(), {
      directory,
      media: true,
      overwrite: false,
    });

    const written = await filesBelow(join(directory, 'generated_images'));
    expect(pictures).toBe(rows.length);
    expect(written).toHaveLength(rows.length);
    expect(await untouched()).toBe(true);
    for (const row of rows)
      expect(await readFile(join(directory, picturePath(row, 0)), 'utf8')).toBe(row.item_id);
  });

  it('keeps items apart where case and accents count for nothing', () => {
    const rows = names().flatMap((name) => [rowOf(name), rowOf(name, 1)]);

    const folded = rows.map((row) =>
      picturePath(row, 0).normalize('NFKC').toLowerCase().toUpperCase(),
    );

    expect(new Set(folded).size).toBe(rows.length);
  });

  it('has names that every file system takes', () => {
    const parts = names().flatMap((name) => picturePath(rowOf(name), 0).split('/'));

    for (const part of parts) {
      expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255);
      // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
      expect(part).not.toMatch(/[<>:"/\\|?*\u0000-\u001f]|^\.{1,2}$|[. ]$/);
      expect(part).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i);
    }
  });

  it.each(hostileNames)('is no index and no frame outside: %j', async (name) => {
    const artifact = artifactOf('index');
    const manifest = JSON.stringify({
      frames: [{ name: spelled(name), time_s: 0, sha256: artifact }],
    });
    const sources = (kind: string) => ({
      media: { findOwned: async () => artifactOf(kind) },
      blobs: { get: async (sha256: string) => Buffer.from(sha256 === artifact ? 'x' : manifest) },
    });
    const folder = join(inside, 'out');

    await exportIndex(sources('index'), 'job', spelled(name), folder).catch(() => undefined);
    await exportFrames(sources('frames'), 'job', spelled(name), folder).catch(() => undefined);
    await exportFrames(sources('frames'), 'job', 'v1', folder).catch(() => undefined);

    expect(await untouched()).toBe(true);
  });

  it('has a run name and a model name that stay in the folder', async () => {
    for (const name of names()) {
      const prefix = originalResultPrefix(name, '/data/questions.json', 8);
      const runId = `${runNameForIds(name)}-00000000`;
      const file = await exportJsonl(sampleStores({ rows: [] }).runs, runId, join(inside, 'rows'));

      expect(relative(join(inside, 'rows'), file)).toBe(`${runId}.jsonl`);
      await writeFile(join(inside, `${prefix}_results.json`), '');
    }
    expect(await untouched()).toBe(true);
  });
});

/** Whether nothing outside has come, gone or changed. */
async function untouched(): Promise<boolean> {
  const here = (await readdir(base)).toSorted();
  const there = (await readdir(join(base, 'outside'))).toSorted();
  const texts = await Promise.all(
    ['mp4', 'safetensors', 'pt'].map((ending) => readFile(join(base, `outside.${ending}`), 'utf8')),
  );
  return (
    here.join() === 'inside,outside,outside.mp4,outside.pt,outside.safetensors' &&
    there.join() === 'frame_1.jpg,times.json' &&
    texts.every((text) => text === bait)
  );
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
}

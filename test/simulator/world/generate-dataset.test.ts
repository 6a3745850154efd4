import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateDataset } from '../../../simulator/world/generate-dataset.ts';
import { parseQuestion } from '../../../simulator/world/question-grammar.ts';
import { framesPerVideo } from '../../../simulator/world/video.ts';

interface VideoLine {
  key: string;
  video_info: { duration_minutes: number; fps: number };
  qa: { uid: string; question: string; answer: string; time_reference: string }[];
}

let parent = '';
let directory = '';
const numbers = { videos: 2, questionsPerVideo: 4, seed: 11 };

beforeAll(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'world-'));
  directory = path.join(parent, 'dataset');
  await generateDataset({ directory, ...numbers });
});

afterAll(() => rm(parent, { recursive: true, force: true }));

async function readLines(folder: string): Promise<VideoLine[]> {
  const text = await readFile(path.join(folder, 'video_info.meta.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as VideoLine);
}

async function hashFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const hashes = files.map(async (file) => {
    const full = path.join(file.parentPath, file.name);
    const hash = createHash('sha256').update(await readFile(full));
    return `${path.relative(folder, full)} ${hash.digest('hex')}`;
  });
  return (await Promise.all(hashes)).toSorted();
}

describe('generateDataset', () => {
  it('writes one frame a second for every video of the list', async () => {
    const lines = await readLines(directory);
    expect(lines).toHaveLength(numbers.videos);
    for (const { key, video_info } of lines) {
      const names = await readdir(path.join(directory, 'frames', key));
      const expected = Array.from({ length: framesPerVideo }, (_, n) => `frame_${n}.jpg`);
      expect(new Set(names)).toEqual(new Set(expected));
      expect(video_info.duration_minutes * 60 * video_info.fps).toBe(framesPerVideo);
    }
  });

  it('writes questions that can be understood, with balanced letters and spans in the video', async () => {
    const items = (await readLines(directory)).flatMap(({ qa }) => qa);
    expect(new Set(items.map(({ uid }) => uid)).size).toBe(items.length);
    expect(items.map(({ answer }) => answer).toSorted()).toEqual('AABBCCDD'.split(''));
    for (const { question, time_reference } of items) {
      expect(parseQuestion(question)?.options).toHaveLength(4);
      const [from = -1, to = -1] = time_reference.split('-').map((time) => {
        const [minutes = 0, seconds = 0] = time.split(':').map(Number);
        return minutes * 60 + seconds;
      });
      expect(to - from).toBeGreaterThanOrEqual(2);
      expect(to).toBeLessThan(framesPerVideo);
    }
  });

  it('writes the same bytes again', async () => {
    const again = path.join(parent, 'again');
    await generateDataset({ directory: again, ...numbers });
    expect(await hashFiles(again)).toEqual(await hashFiles(directory));
  });

  it('draws nothing where the same dataset is complete', async () => {
    const before = await stat(directory);
    const seen: number[] = [];
    const onProgress = ({ videosDone }: { videosDone: number }) => seen.push(videosDone);

    const result = await generateDataset({ directory, ...numbers, onProgress });

    expect(result).toEqual({ videos: 2, questions: 8, frames: 240, reused: true });
    expect(seen).toEqual([]);
    expect((await stat(directory)).ino).toBe(before.ino);
  });

  it('replaces its own dataset of other numbers and clears what a crash left', async () => {
    const other = path.join(parent, 'other');
    const abandoned = `${other}.partial-99999999`;
    await mkdir(abandoned);
    await generateDataset({ directory: other, videos: 1, questionsPerVideo: 1, seed: 1 });
    await generateDataset({ directory: other, videos: 1, questionsPerVideo: 1, seed: 2 });

    expect((await readLines(other)).map(({ key }) => key)).toEqual(['world2-000']);
    expect((await readdir(parent)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('drawn twice at once, is whole, and nothing is left beside it', async () => {
    const shared = path.join(parent, 'shared');
    const draw = () => generateDataset({ directory: shared, videos: 1, questionsPerVideo: 1 });

    await Promise.all([draw(), draw()]);

    expect(await readLines(shared)).toHaveLength(1);
    expect((await readdir(parent)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('refuses a folder with files it did not write', async () => {
    const foreign = path.join(parent, 'foreign');
    await mkdir(foreign);
    await writeFile(path.join(foreign, 'thesis.txt'), 'mine');

    await expect(generateDataset({ directory: foreign, ...numbers })).rejects.toThrow(
      'did not write',
    );
    expect(await readdir(foreign)).toEqual(['thesis.txt']);
  });
});

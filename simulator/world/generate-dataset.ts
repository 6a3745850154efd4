import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { drawFrame, encodeFrame } from './draw-frame.ts';
import { formatQuestion, optionLetter } from './question-grammar.ts';
import { optionsPerQuestion, poseQuestions, type PosedQuestion } from './questions.ts';
import { createRandom } from './random.ts';
import { framesPerVideo, planVideo, type VideoPlan } from './video.ts';
import { frameHeight, frameWidth } from './vocabulary.ts';

/** What to generate and where. The same numbers give the same bytes. */
export interface DatasetRequest {
  /** Becomes the dataset's folder; its parent is created. */
  readonly directory: string;
  /** Default 40. */
  readonly videos?: number;
  /** Default 3, at most 10. */
  readonly questionsPerVideo?: number;
  /** Default 7. */
  readonly seed?: number;
  /** Called after every video. */
  readonly onProgress?: (progress: DatasetProgress) => void;
}

/** How far generation has come. */
export interface DatasetProgress {
  readonly videosDone: number;
  readonly videos: number;
}

/** What lies in the folder now. */
export interface GeneratedDataset {
  readonly videos: number;
  readonly questions: number;
  readonly frames: number;
  /** True where the folder already held exactly this dataset and nothing was drawn. */
  readonly reused: boolean;
}

/** Counts up whenever the drawn pixels, the questions or the layout change. */
const worldVersion = 1;

const markerName = 'complete.json';

/** Names of the drafts that this process is writing. */
const drafts = new Set<string>();

interface Numbers {
  readonly videos: number;
  readonly questionsPerVideo: number;
  readonly seed: number;
}

/**
 * Writes a dataset in LVBench's layout: `video_info.meta.jsonl` and `frames/<key>/frame_<n>.jpg`, one
 * frame a second. The folder appears complete or not at all. One that already holds the same dataset
 * is kept; one that holds another dataset of this generator is replaced; any other folder with files
 * in it is refused.
 */
export async function generateDataset(request: DatasetRequest): Promise<GeneratedDataset> {
  const directory = path.resolve(request.directory);
  const { videos = 40, questionsPerVideo = 3, seed = 7 } = request;
  const numbers: Numbers = { videos, questionsPerVideo, seed };
  const parametersHash = hashNumbers(numbers);
  const counts = {
    videos,
    questions: videos * questionsPerVideo,
    frames: videos * framesPerVideo,
  };
  const present = await readMarker(directory);
  if (present?.parametersHash === parametersHash) return { ...counts, reused: true };
  if (present === null) await refuseForeignFolder(directory);

  await removeAbandoned(directory);
  const draft = `${directory}.partial-${process.pid}-${randomUUID()}`;
  drafts.add(path.basename(draft));
  try {
    await writeDataset(draft, numbers, request.onProgress);
    const marker = { parametersHash, worldVersion, ...numbers };
    await writeFile(path.join(draft, markerName), `${JSON.stringify(marker, null, 2)}\n`);
    const reused = !(await takePlace(draft, directory, parametersHash));
    return { ...counts, reused };
  } finally {
    drafts.delete(path.basename(draft));
    await rm(draft, { recursive: true, force: true });
  }
}

/** @returns false where the same dataset came to lie there meanwhile: a run may be reading it */
async function takePlace(
  draft: string,
  directory: string,
  parametersHash: string,
): Promise<boolean> {
  for (;;) {
    try {
      await rename(draft, directory);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    }
    if ((await readMarker(directory))?.parametersHash === parametersHash) return false;
    await rm(directory, { recursive: true, force: true });
  }
}

/** The key of a dataset's video; also the seed of everything in it. */
export function videoKey(seed: number, index: number): string {
  return `world${seed}-${String(index).padStart(3, '0')}`;
}

async function writeDataset(
  directory: string,
  { videos, questionsPerVideo, seed }: Numbers,
  onProgress: DatasetRequest['onProgress'],
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const golds = balancedGolds(seed, videos * questionsPerVideo);
  const lines: string[] = [];
  for (let index = 0; index < videos; index += 1) {
    const key = videoKey(seed, index);
    const video = planVideo(`dataset/${key}`);
    const first = index * questionsPerVideo;
    const posed = poseQuestions(video, golds.slice(first, first + questionsPerVideo));
    lines.push(JSON.stringify(describeVideo(key, video, posed)));
    await writeFrames(path.join(directory, 'frames', key), video);
    onProgress?.({ videosDone: index + 1, videos });
  }
  await writeFile(path.join(directory, 'video_info.meta.jsonl'), `${lines.join('\n')}\n`);
}

/** Every letter equally often, to within one, in an order that follows from the seed. */
function balancedGolds(seed: number, count: number): number[] {
  const random = createRandom(`golds/${seed}`);
  const inTurn = Array.from({ length: count }, (_, index) => index % optionsPerQuestion);
  return random.shuffle(inTurn);
}

async function writeFrames(directory: string, video: VideoPlan): Promise<void> {
  await mkdir(directory, { recursive: true });
  const atOnce = 4;
  for (let first = 0; first < video.frameCount; first += atOnce) {
    const count = Math.min(atOnce, video.frameCount - first);
    const numbers = Array.from({ length: count }, (_, offset) => first + offset);
    await Promise.all(
      numbers.map(async (frame) => {
        const jpeg = await encodeFrame(drawFrame(video, frame));
        await writeFile(path.join(directory, `frame_${frame}.jpg`), jpeg);
      }),
    );
  }
}

function describeVideo(key: string, video: VideoPlan, posed: readonly PosedQuestion[]) {
  return {
    key,
    type: 'synthetic',
    video_info: {
      duration_minutes: video.frameCount / 60,
      fps: 1,
      resolution: { width: frameWidth, height: frameHeight },
    },
    qa: posed.map(({ question, gold, startFrame, endFrame }, index) => ({
      uid: `${key}-${index}`,
      question: formatQuestion(question),
      answer: optionLetter(gold),
      question_type: [question.kind],
      time_reference: `${formatTime(startFrame)}-${formatTime(endFrame - 1)}`,
    })),
  };
}

function formatTime(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return [minutes, rest].map((value) => String(value).padStart(2, '0')).join(':');
}

function hashNumbers(numbers: Numbers): string {
  const text = JSON.stringify({ worldVersion, ...numbers });
  return createHash('sha256').update(text).digest('hex');
}

async function readMarker(directory: string): Promise<{ parametersHash?: unknown } | null> {
  try {
    const text = await readFile(path.join(directory, markerName), 'utf8');
    const marker: unknown = JSON.parse(text);
    return typeof marker === 'object' && marker !== null ? marker : null;
  } catch {
    return null;
  }
}

async function refuseForeignFolder(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  if (names.length === 0) return;
  throw new Error(
    `${directory} holds files that this generator did not write; choose another folder or empty it`,
  );
}

/** Drafts carry the process that writes them; those of dead processes were left by a crash. */
async function removeAbandoned(directory: string): Promise<void> {
  const parent = path.dirname(directory);
  await mkdir(parent, { recursive: true });
  const prefix = `${path.basename(directory)}.partial-`;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix) || drafts.has(name)) continue;
    if (isAlive(Number.parseInt(name.slice(prefix.length)))) continue;
    await rm(path.join(parent, name), { recursive: true, force: true });
  }
}

/** Another process with this id; ours knows its own drafts. */
function isAlive(processId: number): boolean {
  if (processId === process.pid) return false;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

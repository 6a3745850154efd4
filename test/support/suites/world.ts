import { spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { drawDataset } from '../e2e-evaluation.ts';

/** One question of the synthetic world, apart from every layout. */
export type WorldQuestion = {
  readonly uid: string;
  /** Names the video. */
  readonly key: string;
  readonly sentence: string;
  readonly options: readonly string[];
  /** Place of the right option. */
  readonly right: number;
  readonly answer: string;
  readonly kind: string;
};

/** Videos and questions from which the folders of a suite are made. */
export type SuiteWorld = {
  readonly questions: readonly WorldQuestion[];
  /** The first question about each video. */
  readonly oneEach: readonly WorldQuestion[];
  /** Puts a video there as a file; the extension says what kind. */
  video(key: string, file: string): Promise<void>;
  /** Puts the frames of a video there, as TVQA has them: `00001.jpg` and on. */
  frames(key: string, folder: string): Promise<void>;
  /** Text and bytes as they are, anything else as JSON. */
  write(file: string, content: unknown): Promise<void>;
};

/** Seconds of each video. */
export const secondsOfVideo = 120;

export const hasFfmpeg: boolean = spawnSync('ffmpeg', ['-version']).status === 0;

const codecs: Readonly<Record<string, readonly string[]>> = {
  webm: ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8'],
  avi: ['-c:v', 'mpeg4'],
  gif: [],
};
const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

/**
 * Draws a world of `videos` videos with five questions each.
 *
 * @param scratch  folder for the encoded videos, each made once
 */
export async function openSuiteWorld(scratch: string, videos: number): Promise<SuiteWorld> {
  const dataset = await drawDataset(videos * 5);
  const made = new Map<string, Promise<string>>();
  const encode = async (key: string, extension: string): Promise<string> => {
    const file = join(scratch, `${key}.${extension}`);
    await mkdir(scratch, { recursive: true });
    const frames = join(dataset, 'frames', key, 'frame_%d.jpg');
    const codec = codecs[extension] ?? h264;
    await execa('ffmpeg', ['-v', 'error', '-framerate', '1', '-i', frames, ...codec, file]);
    return file;
  };
  const questions = await readQuestions(dataset);
  return {
    questions,
    oneEach: questions.filter(({ uid }) => uid.endsWith('-0')),
    async video(key, file) {
      const extension = /\.(\w+)$/.exec(file)![1]!;
      const name = `${key}.${extension}`;
      if (!made.has(name)) made.set(name, encode(key, extension));
      await cp(await made.get(name)!, file);
    },
    async frames(key, folder) {
      await Promise.all(
        Array.from({ length: secondsOfVideo }, (_, n) =>
          cp(
            join(dataset, 'frames', key, `frame_${n}.jpg`),
            join(folder, `${String(n + 1).padStart(5, '0')}.jpg`),
          ),
        ),
      );
    },
    async write(file, content) {
      const isWritten = typeof content === 'string' || content instanceof Uint8Array;
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, isWritten ? content : JSON.stringify(content));
    },
  };
}

async function readQuestions(dataset: string): Promise<WorldQuestion[]> {
  const lines = (await readFile(join(dataset, 'video_info.meta.jsonl'), 'utf8')).trim().split('\n');
  return lines.flatMap((line) => {
    const { key, qa } = JSON.parse(line) as { key: string; qa: Record<string, string>[] };
    return qa.map(({ uid = '', question = '', answer = '', question_type: types }) => {
      const [sentence = '', ...options] = question.split(/\n\([A-D]\) /);
      const right = 'ABCD'.indexOf(answer);
      const kind = types?.[0] ?? '';
      return { uid, key, sentence, options, right, answer: options[right] ?? '', kind };
    });
  });
}

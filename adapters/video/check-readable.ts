import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { StepError } from '../../domain/errors/step-error.ts';
import { cutFrames } from './cut-frames.ts';
import { parseStreamHeader } from './probe-stream.ts';
import { runFfprobe } from './run-ffprobe.ts';
import { canDecodeAt } from './try-decoding.ts';
import type { VideoTools } from './video-tools.ts';

/** What a look at a video's file told. */
export type VideoLook = {
  /** Why it cannot be decoded; null when it can. */
  readonly fault: string | null;
  /** As its headers announce it; null where they do not, or the file cannot be decoded. */
  readonly durationSeconds: number | null;
};

/** Tells videos that cannot be decoded from those that can, by as little decoding as will do. */
export type VideoCheck = {
  /** @throws {StepError} when the look itself failed and may succeed later, such as class `timeout` */
  lookAt(file: string): Promise<VideoLook>;
  /** Remembers the good ones. */
  close(): Promise<void>;
};

const probeTimeoutMs = 30_000;

/** Belongs to every mark: files that were found good by a weaker check are looked at again. */
const checkVersion = 'decoded/1';

/**
 * Opens a check that looks once at each file: those found good are remembered by path, size and time of
 * change.
 *
 * @param memory  file with one line per good video, its mark and its duration; made when it is not there
 */
export async function openVideoCheck(tools: VideoTools, memory: string): Promise<VideoCheck> {
  const lines = (await readFile(memory, 'utf8').catch(() => '')).split('\n');
  const known = new Map(
    lines.map((line) => {
      const [mark = '', seconds = ''] = line.split(' ');
      return [mark, seconds];
    }),
  );
  const learnt: string[] = [];
  const looks = new Map<string, Promise<VideoLook>>();
  const lookOnce = async (file: string): Promise<VideoLook> => {
    const { size, mtimeMs } = await stat(file);
    const mark = createHash('sha256')
      .update(`${checkVersion}\0${file}\0${size}\0${mtimeMs}`)
      .digest('hex');
    const seconds = known.get(mark);
    if (seconds !== undefined) return { fault: null, durationSeconds: secondsIn(seconds) };
    const look = await probe(file, tools);
    if (look.fault === null) learnt.push(`${mark} ${look.durationSeconds ?? 'unknown'}`);
    return look;
  };
  return {
    lookAt(file) {
      const before = looks.get(file);
      if (before !== undefined) return before;
      const look = lookOnce(file);
      looks.set(file, look);
      return look;
    },
    async close() {
      if (learnt.length === 0) return;
      await mkdir(dirname(memory), { recursive: true });
      await appendFile(memory, `${learnt.splice(0).join('\n')}\n`);
    },
  };
}

function secondsIn(text: string): number | null {
  const seconds = Number.parseFloat(text);
  return Number.isNaN(seconds) ? null : seconds;
}

async function probe(file: string, tools: VideoTools): Promise<VideoLook> {
  try {
    const run = { path: file, tools, timeoutMs: probeTimeoutMs };
    const header = parseStreamHeader(await runFfprobe(run, ['-show_streams', '-show_format']));
    if (header === null)
      return {
        fault: `video ${basename(file)} holds no moving picture`,
        durationSeconds: null,
      };
    const { streamIndex, announcedSeconds, containerSeconds } = header;
    const durationSeconds = announcedSeconds ?? containerSeconds;
    for (const fromSeconds of [0, ...nearEnd(durationSeconds)])
      if (!(await canDecodeAt(file, { streamIndex, fromSeconds }, tools))) {
        await cutSome(file, tools);
        break;
      }
    return { fault: null, durationSeconds };
  } catch (error) {
    if (!(error instanceof StepError) || error.action === 'retry') throw error;
    return { fault: error.message, durationSeconds: null };
  }
}

const nearEnd = (durationSeconds: number | null): readonly number[] =>
  durationSeconds === null || durationSeconds === 0
    ? []
    : [durationSeconds - Math.min(1, durationSeconds / 4)];

/**
 * A look at two moments may be wrong about a good file, such as one whose last picture stays for
 * long: what counts is whether frames can be cut out of it.
 */
async function cutSome(file: string, tools: VideoTools): Promise<void> {
  for await (const _ of cutFrames({ file, extract: { count: 4 }, tools }));
}

import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { StepError } from '../../domain/step-error.ts';
import { parseStreamHeader } from './probe-stream.ts';
import { runFfprobe } from './run-ffprobe.ts';
import type { VideoTools } from './video-tools.ts';

/** Tells videos that cannot be decoded from those that can, without decoding them. */
export type VideoCheck = {
  /** What is wrong with a file; null when its headers promise a picture. */
  faultOf(file: string): Promise<string | null>;
  /** Remembers the good ones. */
  close(): Promise<void>;
};

const probeTimeoutMs = 30_000;

/**
 * Opens a check that asks ffprobe once for each file: those found good are remembered by path, size and
 * time of change.
 *
 * @param memory  file with one line per good video; made when it is not there
 */
export async function openVideoCheck(tools: VideoTools, memory: string): Promise<VideoCheck> {
  const known = new Set((await readFile(memory, 'utf8').catch(() => '')).split('\n'));
  const learnt: string[] = [];
  return {
    async faultOf(file) {
      const { size, mtimeMs } = await stat(file);
      const mark = createHash('sha256').update(`${file}\0${size}\0${mtimeMs}`).digest('hex');
      if (known.has(mark)) return null;
      const fault = await probe(file, tools);
      if (fault === null) learnt.push(mark);
      return fault;
    },
    async close() {
      if (learnt.length === 0) return;
      await mkdir(dirname(memory), { recursive: true });
      await appendFile(memory, `${learnt.splice(0).join('\n')}\n`);
    },
  };
}

async function probe(file: string, tools: VideoTools): Promise<string | null> {
  try {
    const run = { path: file, tools, timeoutMs: probeTimeoutMs };
    const header = parseStreamHeader(await runFfprobe(run, ['-show_streams', '-show_format']));
    return header === null ? `video ${basename(file)} holds no moving picture` : null;
  } catch (error) {
    if (error instanceof StepError) return error.message;
    throw error;
  }
}

import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { StepError } from '../../domain/errors/step-error.ts';
import { startMediaProcess } from './media-process.ts';
import { inputGuards } from './run-ffprobe.ts';
import type { VideoTools } from './video-tools.ts';

const decodeTimeoutMs = 120_000;

/**
 * Decodes one frame of a video and keeps nothing.
 *
 * @param fromSeconds  after the start; the first frame that begins then or later
 * @returns false when there is none, or the container says that its end is missing
 * @throws {StepError} class `timeout`
 */
export async function canDecodeAt(
  file: string,
  { streamIndex, fromSeconds }: { readonly streamIndex: number; readonly fromSeconds: number },
  tools: VideoTools,
): Promise<boolean> {
  const signal = AbortSignal.timeout(decodeTimeoutMs);
  const input = [...inputGuards, '-ss', String(fromSeconds), '-i', `file:${file}`];
  const one = ['-map', `0:${streamIndex}`, '-frames:v', '1', '-f', 'null', '-'];
  const process = startMediaProcess(
    tools.ffmpeg,
    ['-nostdin', '-hide_banner', '-v', 'error', '-progress', 'pipe:1', ...input, ...one],
    { file, signal },
  );
  try {
    process.stdin.end();
    process.sideChannel.resume();
    const [progress, { code, complaint }] = await Promise.all([
      text(process.stdout.setEncoding('utf8')),
      process.exit,
    ]);
    if (signal.aborted) {
      const message = `video ${basename(file)} was not decoded within ${decodeTimeoutMs / 1000} s`;
      throw new StepError('timeout', 'retry', message);
    }
    const isCutShort = /partial file|ended prematurely/i.test(complaint);
    return code === 0 && !isCutShort && /^frame=\s*[1-9]/m.test(progress);
  } finally {
    await process.stop();
  }
}

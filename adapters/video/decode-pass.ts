import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { StepError } from '../../domain/errors/step-error.ts';
import { startMediaProcess } from './media-process.ts';
import { readPictures } from './read-pictures.ts';
import { inputGuards } from './run-ffprobe.ts';
import { keptTicks, selectFilter, type Selection } from './select-filter.ts';
import type { VideoTools } from './video-tools.ts';

/** One run of the decoder over a stretch of a video. */
export type DecodeRun = Selection & {
  /** Absolute. */
  readonly path: string;
  readonly streamIndex: number;
  /** Presentation time to seek to, the keyframe before it is found; null starts at the beginning. */
  readonly seekSeconds: number | null;
  readonly maxPixels: number;
  readonly tools: VideoTools;
  readonly signal: AbortSignal;
};

export type DecodedFrame = { readonly ticks: number; readonly bytes: Uint8Array };

/** Decoding at 720p gains a fifth from a second thread and little from more. */
const decodeThreads = '2';

/** An argument may have 128 KiB on Linux. */
const mostFilterLength = 60_000;

/**
 * Decodes from a keyframe on and yields the frames kept as JPEG, in presentation order, with the
 * times that the decoder gave them. Ffmpeg is killed when the caller stops reading.
 *
 * @throws {StepError} `bad_media` when ffmpeg fails; the signal's reason when that fires
 */
export async function* decodePass(run: DecodeRun): AsyncGenerator<DecodedFrame> {
  const { path, tools, signal } = run;
  const filter = selectFilter(run);
  const process = startMediaProcess(tools.ffmpeg, argumentsOf(run, filter), { file: path, signal });
  try {
    process.stdin.end(filter.length > mostFilterLength ? filter : '');
    const times = createInterface({ input: process.sideChannel })[Symbol.asyncIterator]();
    for await (const bytes of readPictures(process.stdout)) {
      yield { ticks: await nextTicks(times, path), bytes };
    }
    const { code, complaint } = await process.exit;
    signal.throwIfAborted();
    if (code !== 0) throw undecodable(path, complaint);
  } catch (error) {
    // A killed program ends its streams in ways that look like damage.
    signal.throwIfAborted();
    throw error;
  } finally {
    await process.stop();
  }
}

/** The filter prints a picture's time before the picture is compressed, in the same order. */
async function nextTicks(times: AsyncIterator<string>, path: string): Promise<number> {
  for (;;) {
    const line = await times.next();
    if (line.done === true) throw undecodable(path, 'a frame has no presentation time');
    const ticks = keptTicks(line.value);
    if (ticks !== null) return ticks;
  }
}

function argumentsOf(run: DecodeRun, filter: string): string[] {
  const { path, seekSeconds, streamIndex, maxPixels, tools } = run;
  const seek = ['-noaccurate_seek', '-seek_timestamp', '1', '-ss', String(seekSeconds)];
  const input = [...inputGuards, '-max_pixels', String(maxPixels), '-threads', decodeThreads];
  // Times stay those of the file; what comes before the first target is dropped by the filter.
  const times = ['-copyts', ...(seekSeconds === null ? [] : seek)];
  const mode = tools.release < 501 ? '-vsync' : '-fps_mode';
  const kept = ['-map', `0:${streamIndex}`, ...filterArguments(filter, tools.release)];
  const jpeg = ['-c:v', 'mjpeg', '-q:v', '2', '-pix_fmt', 'yuvj420p', '-threads', '1'];
  return ['-nostdin', '-hide_banner', '-v', 'error', ...input, ...times].concat(
    ['-i', `file:${path}`, ...kept, mode, 'passthrough', ...jpeg],
    ['-flags:v', '+bitexact', '-f', 'mpjpeg', 'pipe:1'],
  );
}

function filterArguments(filter: string, release: number): string[] {
  if (filter.length <= mostFilterLength) return ['-filter:v', filter];
  return [release < 700 ? '-filter_script:v' : '-/filter:v', 'pipe:0'];
}

function undecodable(path: string, complaint: string): StepError {
  const message = `video ${basename(path)} cannot be decoded: ${complaint || 'ffmpeg failed'}`;
  return new StepError('bad_media', 'fail', message);
}

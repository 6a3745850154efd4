import { createInterface } from 'node:readline';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { StepError } from '../../domain/errors/step-error.ts';
import { startMediaProcess, type MediaExit, type MediaProcess } from './media-process.ts';
import { parseListedPacket, type ListedPacket } from './packet-table.ts';
import { formatWhitelist } from './video-container.ts';
import type { VideoTools } from './video-tools.ts';

/** One look at one video. */
export type FfprobeRun = {
  /** Absolute. */
  readonly path: string;
  readonly tools: VideoTools;
  readonly signal?: AbortSignal;
  readonly timeoutMs: number;
};

export type PacketListing = {
  readonly packets: readonly ListedPacket[];
  /** Also of those that are never shown. */
  readonly packetCount: number;
  /** False when the times come from decoding, because the container has none. */
  readonly hasPacketTimes: boolean;
  /** The container says itself that its end is missing. */
  readonly isCutShort: boolean;
};

/** What a reader of a foreign file may open: that file, in a container that refers to no other. */
export const inputGuards = ['-protocol_whitelist', 'file', '-format_whitelist', formatWhitelist];

/**
 * Runs ffprobe on the file and returns what it prints as JSON.
 *
 * @throws {StepError} `bad_media` when ffprobe refuses the file; `timeout`
 */
export async function runFfprobe(run: FfprobeRun, sections: readonly string[]): Promise<string> {
  const args = ['-of', 'json', ...sections];
  return withFfprobe(run, args, async ({ stdout }) => text(stdout.setEncoding('utf8')));
}

/**
 * Lists a stream's packets in file order, or its decoded frames where packets have no times.
 *
 * @throws {StepError} `bad_media` when it has more than `most`, or ffprobe refuses the file; `timeout`
 */
export async function readPackets(
  run: FfprobeRun,
  { streamIndex, most }: { readonly streamIndex: number; readonly most: number },
): Promise<PacketListing> {
  const stream = ['-select_streams', String(streamIndex), '-of', 'compact=p=0'];
  const list = (entries: string) => listed(run, [...stream, '-show_entries', entries], most);
  const { packets, isCutShort } = await list('packet=pts,duration,flags');
  const hasPacketTimes = packets.every(({ ticks }) => ticks !== null);
  const shown = hasPacketTimes
    ? packets
    : (await list('frame=best_effort_timestamp,key_frame,pkt_duration,duration')).packets;
  return { packets: shown, packetCount: packets.length, hasPacketTimes, isCutShort };
}

async function listed(
  run: FfprobeRun,
  args: readonly string[],
  most: number,
): Promise<{ packets: readonly ListedPacket[]; isCutShort: boolean }> {
  let words = '';
  const packets = await withFfprobe(
    run,
    args,
    async ({ stdout }) => {
      const found: ListedPacket[] = [];
      for await (const line of createInterface({ input: stdout, crlfDelay: Infinity })) {
        const packet = parseListedPacket(line);
        if (packet !== null) found.push(packet);
        if (found.length > most)
          throw new StepError('bad_media', 'fail', `${title(run)} has more than ${most} frames`);
      }
      return found;
    },
    ({ complaint }) => (words = complaint),
  );
  return { packets, isCutShort: /partial file|ended prematurely/i.test(words) };
}

async function withFfprobe<Result>(
  run: FfprobeRun,
  args: readonly string[],
  read: (process: MediaProcess) => Promise<Result>,
  onExit: (exit: MediaExit) => void = () => undefined,
): Promise<Result> {
  const deadline = AbortSignal.timeout(run.timeoutMs);
  const signal = run.signal === undefined ? deadline : AbortSignal.any([run.signal, deadline]);
  const input = [...inputGuards, '-i', `file:${run.path}`];
  const process = startMediaProcess(run.tools.ffprobe, ['-v', 'error', ...args, ...input], {
    file: run.path,
    signal,
  });
  try {
    process.stdin.end();
    process.sideChannel.resume();
    const [result, exit] = await Promise.all([read(process), process.exit]);
    run.signal?.throwIfAborted();
    if (deadline.aborted) throw tooSlow(run);
    if (exit.code !== 0)
      throw new StepError('bad_media', 'fail', `${title(run)} cannot be read: ${exit.complaint}`);
    onExit(exit);
    return result;
  } finally {
    await process.stop();
  }
}

function tooSlow(run: FfprobeRun): StepError {
  const message = `${title(run)} was not read within ${run.timeoutMs / 1000} s`;
  return new StepError('timeout', 'retry', message);
}

function title({ path }: FfprobeRun): string {
  return `video ${basename(path)}`;
}

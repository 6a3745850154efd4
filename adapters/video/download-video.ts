import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { StepError } from '../../domain/errors/step-error.ts';
import { openAddress, RefusedAddressError } from '../download/open-address.ts';
import { NotPublicError } from '../download/public-address.ts';
import { containerSniffBytes, videoContainerOf, type VideoContainer } from './video-container.ts';

export type DownloadVideoOptions = {
  /** Where the file goes; made if it is not there. */
  readonly folder: string;
  readonly maxBytes: number;
  /** For the whole download. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Admits this machine beside the public internet: for tests. @default false */
  readonly allowLoopback?: boolean;
};

const mostRedirects = 5;

/** Of each container, the extension that `findVideo` knows it by. */
const extensionOf: Readonly<Record<VideoContainer, string>> = {
  mov: 'mp4',
  matroska: 'mkv',
  avi: 'avi',
  gif: 'gif',
  flv: 'flv',
  asf: 'wmv',
  mpeg: 'mpg',
  mpegts: 'ts',
};

/**
 * Downloads a video from an address that a person gave. Only public addresses are fetched from, also
 * behind redirects; what arrives must be a video by its first bytes and is kept only when whole.
 *
 * @returns the file: the last part of the address's path, with the extension of what it really is
 * @throws {StepError} `bad_media` for a refused address, what is no video, and what is too large;
 *   `frames_missing` for an address that is gone or forbidden; `connection`, `timeout` and
 *   `provider_error` to try again
 */
export async function downloadVideo(url: string, options: DownloadVideoOptions): Promise<string> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const outer = options.signal ?? new AbortController().signal;
  const signal = AbortSignal.any([outer, deadline]);
  const { allowLoopback = false } = options;
  await mkdir(options.folder, { recursive: true });
  const part = join(options.folder, `.${randomUUID()}.part`);
  try {
    const reply = await openAddress(url, { signal, mostRedirects, allowLoopback });
    const container = await saveVideo(reply, part, options.maxBytes);
    const file = join(options.folder, `${stemOf(url)}.${extensionOf[container]}`);
    await rename(part, file);
    return file;
  } catch (error) {
    outer.throwIfAborted();
    if (deadline.aborted)
      throw new StepError(
        'timeout',
        'retry',
        `The video did not arrive within ${options.timeoutMs / 1000} s`,
      );
    throw asStepError(error);
  } finally {
    await rm(part, { force: true });
  }
}

async function saveVideo(
  reply: IncomingMessage,
  part: string,
  maxBytes: number,
): Promise<VideoContainer> {
  const handle = await open(part, 'wx', 0o600);
  try {
    checkStatus(reply.statusCode ?? 0);
    const tooLarge = refusal(`is larger than ${maxBytes} bytes`);
    if (Number(reply.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
    let head = Buffer.alloc(0);
    let size = 0;
    for await (const chunk of reply as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge;
      const isKnown = head.length >= containerSniffBytes;
      if (!isKnown) head = Buffer.concat([head, chunk]).subarray(0, containerSniffBytes);
      // What is no video is refused as soon as that shows, not after gigabytes of it.
      if (!isKnown && head.length >= containerSniffBytes) containerIn(head);
      await handle.writeFile(chunk);
    }
    if (!reply.complete) throw new Error('the reply broke off');
    await handle.sync();
    return containerIn(head);
  } finally {
    reply.destroy();
    await handle.close();
  }
}

function containerIn(head: Uint8Array): VideoContainer {
  const container = videoContainerOf(head);
  if (container !== null) return container;
  throw refusal('holds no video: mp4, mov, mkv, webm, avi, gif, flv, wmv, mpg or ts');
}

function checkStatus(status: number): void {
  if (status === 200) return;
  const what = `The address of the video replied with status ${status}`;
  if (status === 429 || status >= 500) throw new StepError('provider_error', 'retry', what);
  throw new StepError('frames_missing', 'fail', `${what}; check the address`);
}

function asStepError(error: unknown): unknown {
  if (error instanceof StepError) return error;
  if (error instanceof RefusedAddressError) return refusal(error.message);
  if (error instanceof NotPublicError) return refusal('is not on the public internet');
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && /^(?:ENOSPC|EDQUOT|EROFS|EACCES|EIO)$/.test(code))
    return new StepError('storage', 'retry', `The video cannot be stored (${code})`, {
      cause: error,
    });
  return new StepError('connection', 'retry', 'The video could not be fetched', { cause: error });
}

function refusal(what: string): StepError {
  return new StepError('bad_media', 'fail', `The address of the video ${what}`);
}

/** The last part of the path, in characters that every file system and command line takes. */
function stemOf(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  const stem = last.replace(/\.[A-Za-z0-9]{1,5}$/, '').replaceAll(/[^\w.-]+/g, '_');
  return stem.replace(/^[.\-_]+/, '').slice(0, 80) || 'video';
}

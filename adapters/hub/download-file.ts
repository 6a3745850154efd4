import { type FileHandle, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import { addFile, type ContentDigest, startDigest } from './content-digest.ts';
import type { Hub } from './hub.ts';
import { refusalOf } from './hub-refusal.ts';
import { connectionError, HubConnectionError, requestFrom } from './hub-request.ts';
import type { ListedFile } from './model-listing.ts';
import type { RepoName } from './repo-name.ts';
import { startStallLimit } from './stall-limit.ts';

/** One file to fetch. */
export type Download = {
  readonly hub: Hub;
  /** With a commit as its revision, so that a file that is resumed is still the same. */
  readonly name: RepoName;
  readonly file: ListedFile;
  /** Where it goes once it is whole and checked; until then beside it, with `.partial`. */
  readonly target: string;
  readonly signal: AbortSignal;
  /** Told of the bytes that lie there, those of an earlier attempt included. */
  readonly onBytes: (bytes: number) => void;
  readonly patience: DownloadPatience;
};

export type DownloadPatience = {
  /** Before the second attempt; each further pause is twice as long. */
  readonly pauseMs: number;
  /** Longest silence of the hub. */
  readonly stallMs: number;
};

const mostVainAttempts = 5;
/** Files whose size the hub does not say are small. */
const mostUnlistedBytes = 64 * 2 ** 20;

/**
 * Fetches a file, going on where an earlier attempt ended, and puts it in place only when its size
 * and hashes are those of the hub.
 *
 * @returns its sha256
 * @throws {HubConnectionError} after five attempts in a row that brought nothing
 * @throws {EnvironmentError} when the hub refuses or sends something else; says what to do
 */
export async function downloadFile(download: Download): Promise<string> {
  const partial = partialOf(download.target);
  await mkdir(dirname(partial), { recursive: true });
  for (let vain = 0; ;) {
    const before = await sizeOf(partial);
    try {
      const sha256 = await attempt(download, partial);
      await rename(partial, download.target);
      return sha256;
    } catch (error) {
      if (!(error instanceof HubConnectionError)) throw error;
      vain = (await sizeOf(partial)) > before ? 1 : vain + 1;
      if (vain >= mostVainAttempts) throw error;
      await pause(download.patience.pauseMs * 2 ** (vain - 1), undefined, {
        signal: download.signal,
      });
    }
  }
}

/** Where a file lies until it is whole. */
export function partialOf(target: string): string {
  return `${target}.partial`;
}

async function attempt(download: Download, partial: string): Promise<string> {
  const { file } = download;
  const handle = await open(partial, 'a');
  let resumed = 0;
  try {
    resumed = (await handle.stat()).size;
    const digest = startDigest(file);
    await addFile(digest, partial);
    const whole = digest.bytes() === file.size ? digest : await fetchRest(download, handle, digest);
    if (file.size !== null && whole.bytes() < file.size) {
      throw new HubConnectionError(
        `${file.name} ended after ${whole.bytes()} of ${file.size} bytes`,
      );
    }
    await handle.sync();
    const { sha256, problem } = whole.finish();
    if (problem === null) return sha256;
    await handle.truncate(0);
    // The earlier part may be of another version, so it gets a second chance from the beginning.
    if (resumed > 0) throw new HubConnectionError(`${file.name} was damaged: ${problem}`);
    throw new EnvironmentError(
      `${file.name} of ${download.name.repo} did not arrive as it should: ${problem}. Try again; if ` +
        'it stays so, something between here and the hub changes files',
    );
  } finally {
    await handle.close();
  }
}

/** Asks for what is missing, or for everything where the hub cannot resume. */
async function fetchRest(
  download: Download,
  handle: FileHandle,
  digest: ContentDigest,
): Promise<ContentDigest> {
  const { hub, name, file } = download;
  const host = new URL(hub.baseUrl).host;
  const stall = startStallLimit(host, download.signal, download.patience.stallMs);
  try {
    const from = digest.bytes();
    const reply = await requestFrom(hub, {
      path: `/${name.repo}/resolve/${name.revision}/${file.name}`,
      headers: from > 0 ? { range: `bytes=${from}-` } : {},
      signal: stall.signal,
    });
    const isRest = reply.status === 206 && startOf(reply) === from;
    const target = isRest ? digest : startDigest(file);
    if (!isRest) await handle.truncate(0);
    if (reply.status === 416) throw new HubConnectionError(`${host} cannot resume ${file.name}`);
    if (!reply.ok) throw await refusalOf(reply, hub, name, file.name);
    if (reply.status === 206 && !isRest) {
      throw new HubConnectionError(`${host} sent another part of ${file.name} than asked for`);
    }
    await write(download, reply, handle, { digest: target, stall, host });
    return target;
  } finally {
    stall.end();
  }
}

async function write(
  { file, onBytes }: Download,
  reply: Response,
  handle: FileHandle,
  {
    digest,
    stall,
    host,
  }: {
    readonly digest: ContentDigest;
    readonly stall: ReturnType<typeof startStallLimit>;
    readonly host: string;
  },
): Promise<void> {
  const most = file.size ?? mostUnlistedBytes;
  if (reply.body === null) return;
  for await (const chunk of readable(reply.body.getReader(), host, stall.signal)) {
    stall.alive();
    digest.add(chunk);
    if (digest.bytes() > most) {
      await handle.truncate(0);
      throw new EnvironmentError(
        `${host} sends more of ${file.name} than the ${most} bytes expected`,
      );
    }
    await handle.writeFile(chunk);
    onBytes(digest.bytes());
  }
}

/**
 * The chunks of a body; what goes wrong on the way is a lost connection. The signal ends the reading
 * itself: `fetch` forgets the body of a reply that was collected as garbage, and an abort then leaves
 * its reader waiting for ever (seen on Node 22).
 */
async function* readable(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  host: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const stop = (): void => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    signal.throwIfAborted();
  } catch (error) {
    throw connectionError(host, error, signal);
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

function startOf(reply: Response): number | null {
  const range = /^bytes (\d+)-/.exec(reply.headers.get('content-range') ?? '');
  return range === null ? null : Number(range[1]);
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}

import { createWriteStream } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { pinnedCli } from './temporal-binary.ts';

/** Where the Temporal SDKs themselves fetch their dev server. */
export const officialDownload = 'https://temporal.download';

const downloadInfoSchema = z.object({ archiveUrl: z.url(), fileToExtract: z.string().min(1) });

/**
 * Fetches the pinned CLI as the SDKs do: asks the download service for the archive of this platform,
 * fetches and unpacks it. Returns the path of the binary inside `workFolder`.
 *
 * @throws {Error} when this platform has no archive, the host cannot be reached or answers something else
 */
export async function downloadTemporalCli(
  workFolder: string,
  service: string,
  onProgress: (message: string) => void,
): Promise<string> {
  const host = new URL(service).host;
  onProgress(`Asking ${host} for Temporal CLI ${pinnedCli.version}`);
  const { archiveUrl, fileToExtract } = await askForArchive(service);
  const archive = join(workFolder, 'archive.tar.gz');
  await fetchArchive(archiveUrl, archive, onProgress);
  const { execa } = await import('execa');
  await execa('tar', ['-xzf', archive, '-C', workFolder, fileToExtract]);
  return join(workFolder, basename(fileToExtract));
}

async function askForArchive(service: string): Promise<z.infer<typeof downloadInfoSchema>> {
  const url = new URL(`/cli/v${pinnedCli.version}`, service);
  url.searchParams.set('platform', process.platform);
  url.searchParams.set('arch', process.arch === 'x64' ? 'amd64' : process.arch);
  url.searchParams.set('format', 'tar.gz');
  const response = await request(url.href, AbortSignal.timeout(10_000));
  return downloadInfoSchema.parse(await response.json());
}

/** No limit on the whole, which depends on the line, but none of its parts may take 30 s. */
async function fetchArchive(
  url: string,
  file: string,
  onProgress: (message: string) => void,
): Promise<void> {
  const stalled = new AbortController();
  const watchdog = setTimeout(() => stalled.abort(new Error('no data for 30 s')), 30_000);
  let receivedBytes = 0;
  const report = (): void =>
    onProgress(`Downloading the Temporal CLI: ${(receivedBytes / 1e6).toFixed(0)} MB so far`);
  const reporter = setInterval(report, 5_000);
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      receivedBytes += chunk.length;
      watchdog.refresh();
      done(null, chunk);
    },
  });
  try {
    const response = await request(url, stalled.signal);
    if (!response.body) throw new Error(`${new URL(url).host} sent an empty archive`);
    await pipeline(Readable.fromWeb(response.body), count, createWriteStream(file), {
      signal: stalled.signal,
    });
  } finally {
    clearTimeout(watchdog);
    clearInterval(reporter);
  }
}

async function request(url: string, signal: AbortSignal): Promise<Response> {
  const { host } = new URL(url);
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    const reason = ((error as Error).cause as Error | undefined) ?? (error as Error);
    throw new Error(`${host} cannot be reached: ${reason.message}`, { cause: error });
  }
  if (!response.ok) throw new Error(`${host} answered ${response.status} ${response.statusText}`);
  return response;
}

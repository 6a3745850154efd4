import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  cachedTemporalBinary,
  findTemporalBinary,
  type BinarySearch,
} from '../../../workers/embedded/find-temporal-binary.ts';

/** Nothing listens there, so the download is refused as on a machine without a network. */
const unreachable = 'http://127.0.0.1:40';

describe('findTemporalBinary', () => {
  let folder: string;
  let search: BinarySearch;
  let progress: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'videoqa-binary-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    progress = [];
    search = {
      environment: { PATH: join(folder, 'bin'), VIDEOQA_CACHE: join(folder, 'cache') },
      createdBy: null,
      onProgress: (message) => progress.push(message),
      downloadService: unreachable,
    };
  });

  it('takes the named one before all others', async () => {
    const named = await writeCli(join(folder, 'mine'), '1.8.2', '1.31.2');
    await writeCli(join(folder, 'bin', 'temporal'));

    const environment = { ...search.environment, VIDEOQA_TEMPORAL_CLI: named };
    const found = await findTemporalBinary({ ...search, environment });

    expect(found).toEqual({ path: named, cliVersion: '1.8.2', serverVersion: '1.31.2' });
  });

  it('does not look further when the named one is no Temporal CLI', async () => {
    const named = join(folder, 'missing');
    await writeCli(join(folder, 'bin', 'temporal'));

    const environment = { ...search.environment, VIDEOQA_TEMPORAL_CLI: named };

    await expect(findTemporalBinary({ ...search, environment })).rejects.toThrow(
      /missing: no such file.*unset VIDEOQA_TEMPORAL_CLI/s,
    );
  });

  it('takes the one that made the database before the one on PATH', async () => {
    const maker = await writeCli(join(folder, 'maker'));
    await writeCli(join(folder, 'bin', 'temporal'));

    const found = await findTemporalBinary({ ...search, createdBy: madeBy(maker) });

    expect(found.path).toBe(maker);
  });

  it('passes over a version that cannot open the database', async () => {
    await writeCli(join(folder, 'bin', 'temporal'), '1.8.2', '1.31.2');
    const cached = await writeCli(cachedTemporalBinary(search.environment));

    const found = await findTemporalBinary({ ...search, createdBy: madeBy('/gone/temporal') });

    expect(found.path).toBe(cached);
  });

  it('takes one built from source for the release with the same server', async () => {
    const built = await writeCli(join(folder, 'bin', 'temporal'), '0.0.0-DEV');

    const found = await findTemporalBinary({ ...search, createdBy: madeBy('/gone/temporal') });

    expect(found.path).toBe(built);
  });

  it('neither downloads nor builds when that would give another version than the database has', async () => {
    const createdBy = { ...madeBy('/gone/temporal'), serverVersion: '1.31.2' };

    await expect(findTemporalBinary({ ...search, createdBy })).rejects.toThrow(
      /not tried: they would give server 1\.29\.1.*VIDEOQA_TEMPORAL_CLI=\/gone\/temporal/s,
    );
    expect(progress).toEqual([]);
  });

  it('downloads the pinned version into the cache, once', async () => {
    const service = await serveDownload(folder);
    const inCache = cachedTemporalBinary(search.environment);
    const withTar = { ...search, downloadService: service.url };

    const first = await findTemporalBinary(withTar);
    service.server.close();
    const second = await findTemporalBinary(search);

    expect([first.path, second.path]).toEqual([inCache, inCache]);
    expect(service.asked[0]).toMatch(/^\/cli\/v1\.5\.1\?platform=\w+&arch=\w+&format=tar\.gz$/);
    expect(await readdir(dirname(inCache))).toEqual(['temporal']);
  });

  it('builds with Go where the download is refused, and says what Go is doing', async () => {
    const cli = await writeCli(join(folder, 'made-by-go'), '0.0.0-DEV');
    await writeScript(
      join(folder, 'bin', 'go'),
      `echo "$@" > "${folder}/go-arguments"; echo go.temporal.io/server >&2\n` +
        `/bin/cp "${cli}" "$GOBIN/temporal"`,
    );

    const found = await findTemporalBinary(search);

    expect(found.path).toBe(cachedTemporalBinary(search.environment));
    expect(progress.join('\n')).toMatch(/cannot be reached.*Building .*4 to 10 minutes/s);
    expect(await readdir(dirname(found.path))).toEqual(['temporal']);
  });

  it('tells everything it tried, and one way on, when nothing works', async () => {
    await writeScript(join(folder, 'bin', 'go'), 'echo "no space left" >&2; exit 1');

    const finding = findTemporalBinary(search);

    await expect(finding).rejects.toMatchObject({ name: 'EnvironmentError' });
    await expect(finding).rejects.toThrow(
      new RegExp(
        'temporal on PATH: not there.*the cache, .*: no such file.*official download: .* cannot be ' +
          'reached.*go install .*@v1\\.5\\.1: .*no space left.*export VIDEOQA_TEMPORAL_CLI=',
        's',
      ),
    );
  });

  it('says when Go is missing', async () => {
    await expect(findTemporalBinary(search)).rejects.toThrow(/Go is not on PATH/);
  });
});

function madeBy(binary: string): NonNullable<BinarySearch['createdBy']> {
  return { binary, cliVersion: '1.5.1', serverVersion: '1.29.1', at: '2026-01-01T00:00:00Z' };
}

async function writeCli(path: string, cli = '1.5.1', server = '1.29.1'): Promise<string> {
  return writeScript(path, `echo "temporal version ${cli} (Server ${server}, UI 2.42.1)"`);
}

async function writeScript(path: string, body: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

/** A download service with the two answers of the real one, and a tiny CLI in its archive. */
async function serveDownload(
  folder: string,
): Promise<{ readonly url: string; readonly asked: string[]; readonly server: Server }> {
  await writeCli(join(folder, 'release', 'temporal'));
  const archive = await execa('tar', ['-czf', '-', '-C', join(folder, 'release'), 'temporal'], {
    encoding: 'buffer',
  });
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/archive.tar.gz') response.end(archive.stdout);
    else response.end(JSON.stringify({ archiveUrl, fileToExtract: 'temporal' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const archiveUrl = `${url}/archive.tar.gz`;
  return { url, asked, server };
}

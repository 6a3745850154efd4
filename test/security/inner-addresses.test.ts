import { createServer, type AddressInfo, type Server } from 'node:net';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAddress } from '../../adapters/download/open-address.ts';
import {
  isPublicAddress,
  lookupWhere,
  type Resolve,
} from '../../adapters/download/public-address.ts';
import { downloadPicture } from '../../adapters/models/download-picture.ts';
import { downloadVideo } from '../../adapters/video/download-video.ts';
import { openWireServer, type WireServer } from '../support/wire-server.ts';
import { innerAddresses, innerResolutions } from './inner-addresses.ts';

const provider = 'https://provider.example/v1';
let listeners: Server[];
let port = 0;
let connections = 0;

beforeAll(async () => {
  const listen = (host: string, wanted: number) =>
    new Promise<Server>((resolve, reject) => {
      const server = createServer((socket) => {
        connections += 1;
        socket.on('error', () => undefined).end('HTTP/1.1 200 OK\r\n\r\n');
      });
      server.once('error', reject).listen(wanted, host, () => resolve(server));
    });
  const onEverything = await listen('0.0.0.0', 0);
  ({ port } = onEverything.address() as AddressInfo);
  const onIpv6 = await listen('::1', port).catch(() => null);
  listeners = onIpv6 === null ? [onEverything] : [onEverything, onIpv6];
});
afterAll(() => listeners.forEach((each) => each.close()));
beforeEach(() => {
  connections = 0;
});

const here = (address: string) => address.replaceAll('PORT', String(port));

/** Names lead here; nothing is asked of a real name server. */
const resolveTo = (addresses: readonly string[]): Resolve =>
  ((_: string, __: object, answer: (error: null, found: object[]) => void) =>
    answer(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as unknown as Resolve;
const toThisMachine = resolveTo(['127.0.0.1']);

describe('an address from data', () => {
  it('has a corpus of at least 40', () => {
    expect(new Set(innerAddresses).size).toBeGreaterThanOrEqual(40);
  });

  it('would be reached, did nothing stop it', async () => {
    await fetch(here('http://127.0.0.1:PORT/')).catch(() => undefined);

    expect(connections).toBe(1);
  });

  it.each(innerAddresses)(
    'is refused as a picture before anybody is connected to: %j',
    async (at) => {
      const fetching = downloadPicture(here(at), provider, { pauseMs: 1, resolve: toThisMachine });

      await expect(fetching).rejects.toMatchObject({ failureClass: 'bad_media', action: 'fail' });
      await expect(fetching).rejects.not.toThrow('password@');
      expect(connections).toBe(0);
    },
  );

  it.each(innerAddresses)('is refused as a video: %j', async (at) => {
    const signal = AbortSignal.timeout(5000);
    const opening = openAddress(here(at), {
      signal,
      mostRedirects: 3,
      allowLoopback: false,
      resolve: toThisMachine,
    });

    await expect(opening).rejects.toMatchObject({
      name: expect.stringMatching(/^(RefusedAddressError|NotPublicError)$/),
    });
    expect(connections).toBe(0);
  });

  it('leaves no file of a refused video', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inner-'));
    try {
      for (const at of innerAddresses)
        await expect(
          downloadVideo(here(at), { folder, maxBytes: 1000, timeoutMs: 5000 }),
        ).rejects.toMatchObject({ action: expect.stringMatching(/fail|retry/) });

      expect(await readdir(folder)).toEqual([]);
      expect(connections).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('a redirect from the provider', () => {
  let redirecting: WireServer;
  let location = '';
  beforeAll(async () => {
    redirecting = await openWireServer((_, response) =>
      response.writeHead(302, { location: encodeURI(location) }).end(),
    );
  });
  afterAll(() => redirecting.close());

  // What is relative or opaque to a browser stays with the provider, which is trusted.
  const absolute = innerAddresses.filter((at) => /^(?:[a-z+-]+:)?\/\/./i.test(at));

  it.each(absolute)('is not followed to %j', async (at) => {
    location = here(at);
    const url = `${redirecting.url}/picture.png`;

    const fetching = downloadPicture(url, url, { pauseMs: 1, resolve: toThisMachine });

    await expect(fetching).rejects.toMatchObject({ failureClass: 'bad_media', action: 'fail' });
    expect(connections).toBe(0);
  });
});

describe('a public name', () => {
  it.each(innerResolutions)('that stands for %j, %j is not connected to', async (...addresses) => {
    const resolve = resolveTo(addresses.filter((each) => typeof each === 'string'));
    const at = here('http://media.example:PORT/a.png');

    const fetching = downloadPicture(at, provider, { pauseMs: 1, resolve });
    const opening = openAddress(at, {
      signal: AbortSignal.timeout(5000),
      mostRedirects: 0,
      allowLoopback: false,
      resolve,
    });

    await expect(fetching).rejects.toMatchObject({ failureClass: 'bad_media', action: 'fail' });
    await expect(opening).rejects.toMatchObject({ name: 'NotPublicError' });
    expect(connections).toBe(0);
  });

  it('cannot be bound anew between the check and the connection: it is resolved once', async () => {
    let times = 0;
    const rebinding: Resolve = ((name: string, options: object, answer: never) => {
      times += 1;
      const found = times === 1 ? ['93.184.215.14'] : ['127.0.0.1'];
      (resolveTo(found) as unknown as (...given: unknown[]) => void)(name, options, answer);
    }) as unknown as Resolve;

    const given = await new Promise((resolve) =>
      lookupWhere(isPublicAddress, rebinding)('media.example', { all: true }, (_, found) =>
        resolve(found),
      ),
    );

    expect(given).toEqual([{ address: '93.184.215.14', family: 4 }]);
    expect(times).toBe(1);
  });

  it('of the provider itself is trusted by the configuration, of nobody else', async () => {
    const own = await openWireServer((_, response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end('\x89PNG\r\n\x1a\n', 'latin1'),
    );
    try {
      const picture = `${own.url}/a.png`;

      await expect(downloadPicture(picture, `${own.url}/v1`)).resolves.toHaveLength(8);
      // The same host on another port is another origin.
      const fetching = downloadPicture(here('http://127.0.0.1:PORT/a.png'), `${own.url}/v1`);
      await expect(fetching).rejects.toMatchObject({ failureClass: 'bad_media' });
      expect(connections).toBe(0);
    } finally {
      await own.close();
    }
  });
});

import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { downloadPicture } from '../../../adapters/models/download-picture.ts';
import { isPublicAddress } from '../../../adapters/download/public-address.ts';
import { openWireServer, type WireServer } from '../../support/wire-server.ts';

const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
const servers: WireServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(answer: (response: ServerResponse, path: string) => void) {
  const server = await openWireServer((request, response) => answer(response, request.path));
  servers.push(server);
  return server;
}
function picture(response: ServerResponse, type = 'image/jpeg', body: Buffer = jpeg): void {
  response.writeHead(200, { 'content-type': type });
  response.end(body);
}
const quickly = { pauseMs: 1 };
const fetchFrom = (server: WireServer, path = '/p.jpg') =>
  downloadPicture(`${server.url}${path}`, `${server.url}/v1`, quickly);

describe('downloadPicture', () => {
  it("D6: brings a picture from the provider's own address", async () => {
    const server = await serve((response) => picture(response));

    expect(Buffer.from(await fetchFrom(server))).toEqual(jpeg);
  });

  it('D6: believes magic bytes where the type says nothing', async () => {
    const server = await serve((response) => picture(response, 'application/octet-stream'));

    expect(Buffer.from(await fetchFrom(server))).toEqual(jpeg);
  });

  it.each([403, 404, 410])('D6: calls status %i an expired address', async (status) => {
    const server = await serve((response) => response.writeHead(status).end());

    await expect(fetchFrom(server)).rejects.toMatchObject({
      failureClass: 'asset_expired',
      action: 'fail',
    });
    expect(server.received).toHaveLength(1);
  });

  it.each([
    ['an error page', 'image/jpeg', Buffer.from('<html>')],
    ['a picture under a page type', 'text/html', jpeg],
    ['nothing', 'image/jpeg', Buffer.alloc(0)],
  ])('D6: never takes %s for a picture', async (_, type, body) => {
    const server = await serve((response) => picture(response, type, body));

    await expect(fetchFrom(server)).rejects.toMatchObject({
      failureClass: 'bad_media',
      action: 'fail',
    });
    expect(server.received).toHaveLength(3);
  });

  it('D6: heals where a page or a broken body was an accident', async () => {
    let times = 0;
    const server = await serve((response) => {
      times += 1;
      if (times === 1) return picture(response, 'text/html', Buffer.from('<html>'));
      if (times > 2) return picture(response);
      response.writeHead(200, { 'content-length': 100 });
      response.write(jpeg, () => response.destroy());
    });

    expect(Buffer.from(await fetchFrom(server))).toEqual(jpeg);
  });

  it('leaves an ailing server to a later attempt', async () => {
    const server = await serve((response) => response.writeHead(503).end());

    await expect(fetchFrom(server)).rejects.toMatchObject({
      failureClass: 'provider_error',
      action: 'retry',
    });
  });

  it('ends at its deadline', async () => {
    const server = await serve(() => undefined);
    const url = `${server.url}/p.jpg`;

    await expect(downloadPicture(url, url, { timeoutMs: 100 })).rejects.toMatchObject({
      failureClass: 'timeout',
      action: 'retry',
    });
  });

  it('refuses more than 25 MB without keeping it', async () => {
    const server = await serve((response) =>
      picture(response, 'image/jpeg', Buffer.alloc(26 * 1024 * 1024, 0xff)),
    );

    await expect(fetchFrom(server)).rejects.toMatchObject({
      failureClass: 'bad_media',
      action: 'fail',
    });
  });

  it('follows three redirects and not four', async () => {
    const server = await serve((response, path) => {
      const left = Number(path.slice(1));
      if (left === 0) return picture(response);
      response.writeHead(302, { location: `/${left - 1}` }).end();
    });

    expect(Buffer.from(await fetchFrom(server, '/3'))).toEqual(jpeg);
    await expect(fetchFrom(server, '/4')).rejects.toMatchObject({ failureClass: 'bad_media' });
  });

  it('refuses a redirect into a private network', async () => {
    const inside = await serve((response) => picture(response));
    const server = await serve((response) =>
      response.writeHead(302, { location: `${inside.url}/secret` }).end(),
    );

    await expect(fetchFrom(server)).rejects.toMatchObject({
      failureClass: 'bad_media',
      action: 'fail',
    });
    expect(inside.received).toHaveLength(0);
  });

  it.each([
    'file:///etc/passwd',
    'ftp://example.org/p.jpg',
    'data:image/jpeg;base64,/9j/',
    'no address',
    'http://127.0.0.1:1/p.jpg',
    'http://2130706433:1/p.jpg',
    'http://0x7f.1:1/p.jpg',
    'http://[::1]:1/p.jpg',
    'http://[::ffff:127.0.0.1]:1/p.jpg',
    'http://169.254.169.254/latest/meta-data',
    'http://localhost:1/p.jpg',
    'http://localhost.:1/p.jpg',
  ])('refuses %s unless it is the provider', async (url) => {
    await expect(
      downloadPicture(url, 'https://provider.example/v1', quickly),
    ).rejects.toMatchObject({ failureClass: 'bad_media', action: 'fail' });
  });
});

describe('isPublicAddress', () => {
  it.each(['8.8.8.8', '2001:4860:4860::8888', '100.63.0.1'])('admits %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    '10.1.2.3',
    '100.64.0.1',
    '172.31.0.1',
    '192.168.1.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'text',
    '',
  ])('refuses %j', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

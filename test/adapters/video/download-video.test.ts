import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downloadVideo } from '../../../adapters/video/download-video.ts';
import {
  isPublicAddress,
  lookupWhere,
  NotPublicError,
} from '../../../adapters/download/public-address.ts';
import { openWireServer, type WireServer } from '../../support/wire-server.ts';

const mp4 = Buffer.concat([Buffer.from('\0\0\0\x18ftypisom', 'latin1'), Buffer.alloc(5000, 1)]);
let folder = '';
const servers: WireServer[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'download-video-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function serve(answer: (response: ServerResponse, path: string) => void) {
  const server = await openWireServer((request, response) => answer(response, request.path));
  servers.push(server);
  return server;
}
const video = (response: ServerResponse, body: Buffer = mp4): void => {
  response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': body.length }).end(body);
};
const options = { maxBytes: 10_000, timeoutMs: 5000, allowLoopback: true };
const fetchFrom = (server: WireServer, path = '/clip.mp4', changes = {}) =>
  downloadVideo(`${server.url}${path}`, { folder, ...options, ...changes });

describe('downloadVideo', () => {
  it('brings a video, whole, under its own name', async () => {
    const server = await serve((response) => video(response));

    const file = await fetchFrom(server, '/a/My%20clip.mov?token=1');

    expect(basename(file)).toBe('My_20clip.mp4');
    expect(await readFile(file)).toEqual(mp4);
    expect(await readdir(folder)).toEqual(['My_20clip.mp4']);
  });

  it.each([
    ['/..%2f..%2fetc.mp4', '2f.._2fetc.mp4'],
    ['/', 'video.mp4'],
    ['/-rf.mp4', 'rf.mp4'],
  ])('makes a harmless name of %s', async (path, name) => {
    const server = await serve((response) => video(response));

    expect(basename(await fetchFrom(server, path))).toBe(name);
  });

  it.each([
    ['webm', '\x1a\x45\xdf\xa3', 'mkv'],
    ['gif', 'GIF89a', 'gif'],
    ['avi', 'RIFF\0\0\0\0AVI LIST', 'avi'],
    ['flash', 'FLV\x01', 'flv'],
  ])('believes the bytes of a %s, not what it is called', async (_, start, extension) => {
    const body = Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(2000)]);
    const server = await serve((response) => video(response, body));

    expect(basename(await fetchFrom(server))).toBe(`clip.${extension}`);
  });

  it.each([
    ['a page', Buffer.from(`<!doctype html>${' '.repeat(2000)}`)],
    ['a playlist', Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n')],
    ['nothing', Buffer.alloc(0)],
  ])('refuses %s and keeps nothing of it', async (_, body) => {
    const server = await serve((response) => video(response, body));

    await expect(fetchFrom(server)).rejects.toMatchObject({
      failureClass: 'bad_media',
      action: 'fail',
      message: expect.stringContaining('holds no video'),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a page as soon as it shows, however long it goes on', async () => {
    const server = await serve((response) => {
      response.writeHead(200);
      response.write('x'.repeat(1000));
    });

    await expect(fetchFrom(server)).rejects.toThrow('holds no video');
  });

  it('refuses what is larger than its limit, announced or not', async () => {
    const large = Buffer.concat([mp4, Buffer.alloc(6000)]);
    const announced = await serve((response) => video(response, large));
    const streamed = await serve((response) => response.writeHead(200).end(large));

    for (const server of [announced, streamed])
      await expect(fetchFrom(server)).rejects.toThrow('larger than 10000 bytes');
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps nothing of a reply that is cut', async () => {
    const server = await serve((response) => {
      response.writeHead(200, { 'content-length': 9000 });
      response.write(mp4, () => response.destroy());
    });

    await expect(fetchFrom(server)).rejects.toMatchObject({
      failureClass: 'connection',
      action: 'retry',
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    [404, 'frames_missing', 'fail'],
    [403, 'frames_missing', 'fail'],
    [206, 'frames_missing', 'fail'],
    [503, 'provider_error', 'retry'],
    [429, 'provider_error', 'retry'],
  ])('takes status %i as %s', async (status, failureClass, action) => {
    const server = await serve((response) => response.writeHead(status).end(mp4));

    await expect(fetchFrom(server)).rejects.toMatchObject({ failureClass, action });
  });

  it('ends at its deadline, also in the middle of the video', async () => {
    const silent = await serve(() => undefined);
    const slow = await serve((response) => response.writeHead(200).write(mp4));

    for (const server of [silent, slow])
      await expect(fetchFrom(server, '/a.mp4', { timeoutMs: 300 })).rejects.toMatchObject({
        failureClass: 'timeout',
        action: 'retry',
      });
    expect(await readdir(folder)).toEqual([]);
  });

  it('ends with the reason of whoever aborts it', async () => {
    const stop = new AbortController();
    const server = await serve((response) => {
      response.writeHead(200).write(mp4);
      stop.abort(new Error('no longer wanted'));
    });

    const fetching = fetchFrom(server, '/a.mp4', { signal: stop.signal });

    await expect(fetching).rejects.toThrow('no longer wanted');
  });

  it('follows five redirects and not six', async () => {
    const server = await serve((response, path) => {
      const left = Number(path.slice(1));
      if (left === 0) return video(response);
      response.writeHead(302, { location: `/${left - 1}` }).end();
    });

    await fetchFrom(server, '/5');
    await expect(fetchFrom(server, '/6')).rejects.toThrow('redirects more than 5 times');
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.1/a.mp4',
    'file:///etc/passwd',
    'http://user:password@127.0.0.1/a.mp4',
  ])('does not follow a redirect to %s', async (location) => {
    const server = await serve((response) => response.writeHead(302, { location }).end());

    await expect(fetchFrom(server)).rejects.toMatchObject({
      failureClass: 'bad_media',
      action: 'fail',
    });
  });

  it.each([
    'file:///etc/passwd',
    'ftp://example.org/a.mp4',
    'no address',
    'http://user:password@example.org/a.mp4',
    'http://127.0.0.1:1/a.mp4',
    'http://2130706433:1/a.mp4',
    'http://[::1]:1/a.mp4',
    'http://[::ffff:127.0.0.1]:1/a.mp4',
    'http://192.168.1.1/a.mp4',
    'http://localhost:1/a.mp4',
  ])('refuses %s', async (url) => {
    const fetching = downloadVideo(url, { folder, ...options, allowLoopback: false });

    await expect(fetching).rejects.toMatchObject({ failureClass: 'bad_media', action: 'fail' });
    await expect(fetching).rejects.not.toThrow('password@');
  });

  it('checks what a name stands for, and reaches this machine by name when told to', async () => {
    const server = await serve((response) => video(response));
    const byName = `http://localhost:${server.port}/clip.mp4`;

    const file = await downloadVideo(byName, { folder, ...options });

    expect(basename(file)).toBe('clip.mp4');
    const lookup = lookupWhere(isPublicAddress) as unknown as (
      host: string,
      options: object,
      done: (error: unknown) => void,
    ) => void;
    const error = await new Promise((resolve) => lookup('localhost', { all: true }, resolve));
    expect(error).toBeInstanceOf(NotPublicError);
  });

  it('does not reach this machine unless told to', async () => {
    const server = await serve((response) => video(response));

    await expect(fetchFrom(server, '/a.mp4', { allowLoopback: false })).rejects.toThrow(
      'not on the public internet',
    );
    expect(server.received).toHaveLength(0);
  });
});

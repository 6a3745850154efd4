import { afterEach, describe, expect, it } from 'vitest';
import { createSecretHider, secretsIn } from '../../../adapters/secrets/hide-secrets.ts';
import { wireFetch } from '../../../adapters/models/wire-fetch.ts';
import { openWireServer, type WireServer } from '../../support/wire-server.ts';

const key = 'sk-canary/5f0c+e7ab=94d4c21ZZ';
let server: WireServer | undefined;
afterEach(() => server?.close());

/** What is left of a reply after the key went out with the request. */
async function replyTo(headers: Record<string, string>, status: number, body: string) {
  server = await openWireServer((_, response) =>
    response.writeHead(status, { 'x-echo': `key ${key}` }).end(Buffer.from(body, 'latin1')),
  );
  const signal = AbortSignal.timeout(5000);
  const reply = await wireFetch(server.url, { method: 'POST', body: '{}', headers }, signal);
  return { ...reply, text: Buffer.from(reply.body).toString('latin1') };
}
const bearer = { authorization: `Bearer ${key}` };

describe('a reply that quotes the key', () => {
  it.each([
    ['raw', key],
    ['in an address', encodeURIComponent(key)],
    ['in base64', Buffer.from(key).toString('base64')],
    ['in base64, moved by one', Buffer.from(`x${key}y`).toString('base64')],
    ['in base64, moved by two', Buffer.from(`xy${key}z`).toString('base64')],
    ['in base64 for addresses', Buffer.from(`${key}??>`).toString('base64url')],
    ['in half', key.slice(0, 15)],
    ['in its other half', key.slice(14)],
    ['with its middle left out', `${key.slice(0, 9)}****${key.slice(-9)}`],
  ])('is stored without it: %s', async (_, quoted) => {
    const { text, headers } = await replyTo(bearer, 401, `{"error":"wrong key ${quoted}."}`);

    expect(text).not.toContain(quoted);
    expect(text).toContain('"error":"wrong key ');
    expect(headers['x-echo']).toBe('key [hidden]');
    for (let at = 0; at + 8 <= key.length; at += 1)
      expect(text).not.toContain(key.slice(at, at + 8));
  });

  it.each(['api-key', 'x-api-key'])('is known by the header %s, too', async (name) => {
    expect((await replyTo({ [name]: key }, 400, key)).text).toBe('[hidden]');
  });

  it('loses the whole key from an answer, and nothing else', async () => {
    const answer = `\xff\xd8 ${key.slice(0, 10)} is a part, ${key} is the key`;

    const { text } = await replyTo(bearer, 200, answer);

    expect(text).toBe(`\xff\xd8 ${key.slice(0, 10)} is a part, [hidden] is the key`);
  });

  it('stays to the byte where the key is none, or too short to be told from a word', async () => {
    for (const headers of [{}, { authorization: 'Bearer none' }]) {
      expect((await replyTo(headers, 400, 'none \xff\x00')).text).toBe('none \xff\x00');
      await server?.close();
    }
  });
});

describe('the secrets of an environment', () => {
  it('are values of variables named so, their parts, and passwords in addresses', () => {
    const found = secretsIn({
      VIDEOQA_API_KEY: 'sk-aaaaaaaaaaaa',
      MY_TOKEN: 'tttttttttttttt',
      VIDEOQA_PAYLOAD_KEYS_OLD: 'oldoldoldold1, oldoldoldold2',
      VIDEOQA_DATABASE_URL: 'postgres://me:passwordpassword@db/x',
      SSH_AUTH_SOCK: '/tmp/agent/socket',
      VIDEOQA_PAYLOAD_KEY_FILE: '/run/secrets/payload',
      KEYBOARD: 'de-latin1-nodeadkeys',
      SHORT_KEY: 'none',
    });

    expect(found.toSorted()).toEqual([
      'oldoldoldold1',
      'oldoldoldold2',
      'passwordpassword',
      'sk-aaaaaaaaaaaa',
      'tttttttttttttt',
    ]);
  });

  it('are hidden in a text, and a text without them is the same', () => {
    const hide = createSecretHider([key]);

    expect(hide(`a ${key} b ${Buffer.from(key).toString('base64')}`)).not.toContain('canary');
    expect(hide('nothing here')).toBe('nothing here');
  });
});

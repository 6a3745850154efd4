import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPayloadCipher } from '../../../adapters/payloads/payload-cipher.ts';
import { readPayloadKeys } from '../../../adapters/payloads/payload-keys.ts';
import { EnvironmentError } from '../../../domain/errors/usage-error.ts';

const newKey = () => randomBytes(32).toString('base64');
const [first, second] = [newKey(), newKey()];
const cipherWith = async (environment: NodeJS.ProcessEnv) =>
  createPayloadCipher(await readPayloadKeys(environment));
const payload = {
  metadata: { encoding: Buffer.from('json/plain'), other: Uint8Array.of(0, 255, 10) },
  data: Buffer.from('"the key of the SAFE\n"'),
};
const bytes = (each: { metadata?: object | null; data?: Uint8Array | null }) => ({
  metadata: Object.entries(each.metadata ?? {}).map(([name, value]) => [name, [...value]]),
  data: [...(each.data ?? [])],
});

describe('the payload cipher', () => {
  it('gives back what it was given, metadata too, and shows nothing of it', async () => {
    const cipher = await cipherWith({ VIDEOQA_PAYLOAD_KEY: first });

    const [sealed] = await cipher.encode([payload]);

    const shown = JSON.stringify(sealed) + Buffer.from(sealed!.data!).toString('latin1');
    expect(shown).not.toContain('SAFE');
    expect(shown).not.toContain('json/plain');
    expect((await cipher.decode([sealed!])).map(bytes)).toEqual([bytes(payload)]);
  });

  it('never encrypts the same twice to the same bytes', async () => {
    const cipher = await cipherWith({ VIDEOQA_PAYLOAD_KEY: first });

    const [one, two] = await cipher.encode([payload, payload]);

    expect(one!.data).not.toEqual(two!.data);
  });

  it('takes empty payloads, and many at once in their order', async () => {
    const cipher = await cipherWith({ VIDEOQA_PAYLOAD_KEY: first });
    const payloads = [{}, { metadata: {} }, payload, { data: new Uint8Array(100_000).fill(7) }];

    const decoded = await cipher.decode(await cipher.encode(payloads));

    expect(decoded.map(bytes)).toEqual(payloads.map(bytes));
  });

  it('is off without a key, and reads what is not encrypted either way', async () => {
    const off = await cipherWith({});
    const on = await cipherWith({ VIDEOQA_PAYLOAD_KEY: first });

    expect(await off.encode([payload])).toEqual([payload]);
    expect(await on.decode([payload])).toEqual([payload]);
  });

  it('reads with an old key, and writes with the new one', async () => {
    const before = await cipherWith({ VIDEOQA_PAYLOAD_KEY: first });
    const after = await cipherWith({
      VIDEOQA_PAYLOAD_KEY: second,
      VIDEOQA_PAYLOAD_KEYS_OLD: ` ${newKey()}, ${first} `,
    });

    expect((await after.decode(await before.encode([payload]))).map(bytes)).toEqual([
      bytes(payload),
    ]);
    await expect(before.decode(await after.encode([payload]))).rejects.toThrow(EnvironmentError);
  });

  it.each([{}, { VIDEOQA_PAYLOAD_KEY: second }])(
    'says which key is missing and what to set: %j',
    async (environment) => {
      const [sealed] = await (await cipherWith({ VIDEOQA_PAYLOAD_KEY: first })).encode([payload]);
      const id = Buffer.from(sealed!.metadata!['encryption-key-id']!).toString();

      const decoding = (await cipherWith(environment)).decode([sealed!]);

      await expect(decoding).rejects.toThrow(id);
      await expect(decoding).rejects.toThrow('Set VIDEOQA_PAYLOAD_KEY');
    },
  );

  it.each([0, 5, 15, 40, -1])('refuses a payload that was changed at byte %i', async (at) => {
    const cipher = await cipherWith({ VIDEOQA_PAYLOAD_KEY: first });
    const [sealed] = await cipher.encode([payload]);
    const data = Uint8Array.from(sealed!.data!);
    data[at < 0 ? data.length - 1 : at]! ^= 1;

    await expect(cipher.decode([{ ...sealed!, data }])).rejects.toThrow('is damaged');
  });

  it.each([0, 10, 28])('refuses a payload cut to %i bytes', async (length) => {
    const cipher = await cipherWith({ VIDEOQA_PAYLOAD_KEY: first });
    const [sealed] = await cipher.encode([payload]);

    const cut = { ...sealed!, data: sealed!.data!.subarray(0, length) };

    await expect(cipher.decode([cut])).rejects.toThrow('is damaged');
  });
});

describe('the payload keys', () => {
  it('come from a file with a line end, too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'payload-key-'));
    try {
      const file = join(folder, 'key');
      await writeFile(file, `${first}\n`);

      const fromFile = await readPayloadKeys({ VIDEOQA_PAYLOAD_KEY_FILE: file });

      expect(fromFile).toEqual(await readPayloadKeys({ VIDEOQA_PAYLOAD_KEY: first }));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    'secret',
    randomBytes(16).toString('base64'),
    randomBytes(33).toString('base64'),
    randomBytes(32).toString('hex'),
    `${first}${first}`,
    first.replace(/.$/, '!'),
  ])('refuse %j without showing it', async (key) => {
    for (const name of ['VIDEOQA_PAYLOAD_KEY', 'VIDEOQA_PAYLOAD_KEYS_OLD']) {
      const reading = readPayloadKeys({ [name]: key });

      await expect(reading).rejects.toThrow(EnvironmentError);
      await expect(reading).rejects.toThrow('openssl rand -base64 32');
      await expect(reading).rejects.not.toThrow(key);
    }
  });

  it('refuse two sources at once, and a file that is not there', async () => {
    const file = '/nowhere/key';

    await expect(
      readPayloadKeys({ VIDEOQA_PAYLOAD_KEY: first, VIDEOQA_PAYLOAD_KEY_FILE: file }),
    ).rejects.toThrow('Unset one');
    await expect(readPayloadKeys({ VIDEOQA_PAYLOAD_KEY_FILE: file })).rejects.toThrow('ENOENT');
  });
});

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import type { PayloadKey, PayloadKeys } from './payload-keys.ts';

/** A value as Temporal stores it; fits its `Payload` by shape. */
export type StoredPayload = {
  readonly metadata?: Record<string, Uint8Array> | null;
  readonly data?: Uint8Array | null;
};

/** Fits Temporal's `PayloadCodec` by shape. */
export type PayloadCipher = {
  encode(payloads: StoredPayload[]): Promise<StoredPayload[]>;
  /** @throws {EnvironmentError} when a payload needs a key that is not here */
  decode(payloads: StoredPayload[]): Promise<StoredPayload[]>;
};

const encryptedEncoding = 'binary/encrypted';
const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/**
 * Encrypts payloads with AES-256-GCM, the metadata with the data; the id of the key stands beside
 * them. Payloads that are not encrypted are read as they are, so that it can be switched on at any
 * time, and off while the old key is still there to read with.
 *
 * @param onMissingKey  told of each payload that cannot be read
 */
export function createPayloadCipher(
  keys: PayloadKeys,
  onMissingKey: (error: EnvironmentError) => void = () => undefined,
): PayloadCipher {
  const { current } = keys;
  const decodeOne = (payload: StoredPayload): StoredPayload => {
    const { metadata, data } = payload;
    if (metadata == null || textOf(metadata['encoding']) !== encryptedEncoding) return payload;
    const id = textOf(metadata['encryption-key-id']);
    const key = keys.byId.get(id);
    if (key !== undefined) return decrypt(data ?? new Uint8Array(), key);
    const error = missingKey(id, keys);
    onMissingKey(error);
    throw error;
  };
  return {
    encode: async (payloads) =>
      current === null ? payloads : payloads.map((payload) => encrypt(payload, current)),
    decode: async (payloads) => payloads.map(decodeOne),
  };
}

function encrypt({ metadata, data }: StoredPayload, { id, key }: PayloadKey): StoredPayload {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv).setAAD(Buffer.from(id));
  const head = JSON.stringify(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, base64Of(value)]),
  );
  const content = Buffer.concat([Buffer.from(`${head}\n`), data ?? new Uint8Array()]);
  const sealed = [cipher.update(content), cipher.final()];
  return {
    metadata: { encoding: bytesOf(encryptedEncoding), 'encryption-key-id': bytesOf(id) },
    data: new Uint8Array(Buffer.concat([iv, cipher.getAuthTag(), ...sealed])),
  };
}

function decrypt(sealed: Uint8Array, { id, key }: PayloadKey): StoredPayload {
  const content = open(sealed, id, key);
  const end = content.indexOf('\n');
  const head = JSON.parse(content.toString('utf8', 0, end)) as [string, string][];
  return {
    metadata: Object.fromEntries(
      head.map(([name, value]) => [name, new Uint8Array(Buffer.from(value, 'base64'))]),
    ),
    data: new Uint8Array(content.subarray(end + 1)),
  };
}

function open(sealed: Uint8Array, id: string, key: Uint8Array): Buffer {
  try {
    const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, ivBytes), {
      authTagLength: tagBytes,
    })
      .setAAD(Buffer.from(id))
      .setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()]);
  } catch (error) {
    throw new Error(`a payload encrypted with key ${id} is damaged`, { cause: error });
  }
}

function missingKey(id: string, { byId }: PayloadKeys): EnvironmentError {
  const here = byId.size === 0 ? 'none is set' : `here are ${[...byId.keys()].join(', ')}`;
  return new EnvironmentError(
    `What is stored in Temporal is encrypted with the key ${id}, which this process lacks (${here}). ` +
      'Set VIDEOQA_PAYLOAD_KEY or VIDEOQA_PAYLOAD_KEY_FILE as it was at the start of the run, or ' +
      'VIDEOQA_PAYLOAD_KEYS_OLD if the key was changed since, and start the same command again.',
  );
}

function textOf(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString('utf8');
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

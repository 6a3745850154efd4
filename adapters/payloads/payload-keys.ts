import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';

/** A key with the name that encrypted payloads carry. */
export type PayloadKey = {
  /** 16 hex digits of a hash of the key; says nothing of the key. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
};

export type PayloadKeys = {
  /** What new payloads are encrypted with; null = they are not. */
  readonly current: PayloadKey | null;
  /** Every key that is here, by its id, to read with. */
  readonly byId: ReadonlyMap<string, PayloadKey>;
};

/** Makes a key. */
const recipe = 'openssl rand -base64 32';

/**
 * Reads the keys of payload encryption: `VIDEOQA_PAYLOAD_KEY`, or the file that
 * `VIDEOQA_PAYLOAD_KEY_FILE` names; and, to read older payloads, `VIDEOQA_PAYLOAD_KEYS_OLD`, separated
 * by commas. Each is 32 bytes in base64. Without any, nothing is encrypted.
 *
 * @throws {EnvironmentError} that names the variable and never shows its value
 */
export async function readPayloadKeys(environment: NodeJS.ProcessEnv): Promise<PayloadKeys> {
  const { VIDEOQA_PAYLOAD_KEY: given, VIDEOQA_PAYLOAD_KEY_FILE: file } = environment;
  if (given && file)
    throw new EnvironmentError(
      'VIDEOQA_PAYLOAD_KEY and VIDEOQA_PAYLOAD_KEY_FILE are both set. Unset one of them.',
    );
  const current = given
    ? parseKey('VIDEOQA_PAYLOAD_KEY', given)
    : file
      ? parseKey(`The file that VIDEOQA_PAYLOAD_KEY_FILE names, ${file},`, await readText(file))
      : null;
  const old = (environment['VIDEOQA_PAYLOAD_KEYS_OLD'] ?? '')
    .split(',')
    .filter((text) => text.trim() !== '')
    .map((text) => parseKey('One of VIDEOQA_PAYLOAD_KEYS_OLD', text));
  const all = current === null ? old : [...old, current];
  return { current, byId: new Map(all.map((each) => [each.id, each])) };
}

function parseKey(source: string, text: string): PayloadKey {
  const trimmed = text.trim();
  const key = new Uint8Array(Buffer.from(trimmed, 'base64'));
  if (key.length === 32 && /^[A-Za-z0-9+/]{43}=$/.test(trimmed)) return { id: idOf(key), key };
  throw new EnvironmentError(`${source} is not 32 bytes in base64. Make a key with: ${recipe}`);
}

function idOf(key: Uint8Array): string {
  return createHash('sha256').update('videoqa payload key').update(key).digest('hex').slice(0, 16);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new EnvironmentError(
      `${file}, which VIDEOQA_PAYLOAD_KEY_FILE names, cannot be read (${code}). Mend the path or its rights.`,
      { cause: error },
    );
  }
}

import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { createPayloadCipher } from '../adapters/payloads/payload-cipher.ts';
import { readPayloadKeys } from '../adapters/payloads/payload-keys.ts';
import type { EnvironmentError } from '../domain/errors/usage-error.ts';

/** How this process reads and writes what Temporal stores. */
export type PayloadEncryption = {
  /** For clients and workers alike. */
  readonly dataConverter: DataConverter;
  /** Whether what this process writes is encrypted. */
  readonly isOn: boolean;
  /** Rejects when something was to be read whose key is not here. */
  readonly keyMissing: Promise<never>;
};

/** Temporal requires it by its path, in the process and in the workflow sandbox. */
export const failureConverterPath = fileURLToPath(
  new URL(`./failure-converter.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
);

/**
 * Opens payload encryption with the keys of the environment; off without a key, and then everything
 * is written as before.
 *
 * @throws {EnvironmentError} when a key is malformed or its file cannot be read
 */
export async function openPayloadEncryption(
  environment: NodeJS.ProcessEnv,
): Promise<PayloadEncryption> {
  const keys = await readPayloadKeys(environment);
  let refuse: (error: EnvironmentError) => void = () => undefined;
  const keyMissing = new Promise<never>((_, reject) => (refuse = reject));
  keyMissing.catch(() => undefined);
  const isOn = keys.current !== null;
  return {
    dataConverter: {
      payloadCodecs: [createPayloadCipher(keys, (error) => refuse(error))],
      ...(isOn && { failureConverterPath }),
    },
    isOn,
    keyMissing,
  };
}

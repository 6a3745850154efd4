import { secretsIn } from '../adapters/secrets/hide-secrets.ts';
import { UsageError } from '../domain/errors/usage-error.ts';

/** How keys begin: model providers, clouds, code hosts, chat services, and signed tokens. */
const keyPatterns: readonly RegExp[] = [
  /\bsk-[A-Za-z0-9_-]{12,}/,
  /\b(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{12,}/,
  /\b(?:gsk|hf|r8|pplx|xai|nvapi|fw|tgp)[-_][A-Za-z0-9_-]{20,}/,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/,
  /\bgithub_pat_\w{20,}/,
  /\bglpat-[A-Za-z0-9_-]{20,}/,
  /\bnpm_[A-Za-z0-9]{30,}/,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bAIza[A-Za-z0-9_-]{30,}/,
  /\bLTAI[A-Za-z0-9]{12,}/,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/,
  /\bBearer\s+\S{8,}/i,
  /:\/\/[^/\s@:]*:[^/\s@]+@/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
];

/**
 * Refuses a command line with a key in it: every user of the machine can list command lines, and
 * shells keep them. The message does not repeat the key.
 *
 * @throws {UsageError}
 */
export function refuseSecrets(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): void {
  const known = secretsIn(environment);
  const position = argv.findIndex(
    (argument) =>
      keyPatterns.some((pattern) => pattern.test(argument)) ||
      known.some((secret) => argument.includes(secret)),
  );
  if (position === -1) return;
  throw new UsageError(
    `Argument ${position + 1} holds a key or a password, and command lines are seen by every user of ` +
      'this machine. Make that key void, export the new one as VIDEOQA_API_KEY or the variable that ' +
      'apiKeyEnv names, and leave it out here.',
  );
}

import type { ConfigProblem } from './config-problem.ts';

const secretKey =
  /(^|api|access|secret|private|auth|bearer)(key|token|secret|password|passwd|authorization|credentials?)$/;

/**
 * Finds keys whose value would be a secret, at any depth. Configurations are frozen, stored and
 * exported, so a secret in one is refused; the message never shows it.
 */
export function findSecrets(
  raw: unknown,
  path: readonly (string | number)[] = [],
): ConfigProblem[] {
  if (raw === null || typeof raw !== 'object') return [];
  return Object.entries(raw).flatMap(([key, value]) => {
    const here = [...path, key];
    if (!secretKey.test(key.toLowerCase().replace(/[^a-z]/g, ''))) return findSecrets(value, here);
    return [
      {
        path: here,
        isKey: true,
        message:
          'a secret does not belong in a configuration; export it as an environment variable and name that with apiKeyEnv',
      },
    ];
  });
}

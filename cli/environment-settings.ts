import type { Setting } from '../domain/config/config-settings.ts';

/** What the program reads from the environment, and what stands where a variable is not set. */
const variables: readonly (readonly [string, string])[] = [
  ['VIDEOQA_HOME', '.videoqa'],
  ['VIDEOQA_DATABASE_URL', 'videoqa.db in the state folder'],
  ['VIDEOQA_BLOB_URL', 'blobs/ in the state folder'],
  ['VIDEOQA_CACHE', 'durable-videoqa in the cache folder'],
  ['VIDEOQA_TEMPORAL_CLI', 'the one that made the state folder, PATH, the cache'],
  ['VIDEOQA_FFMPEG', 'ffmpeg on PATH'],
  ['VIDEOQA_FFPROBE', 'ffprobe on PATH'],
  ['VIDEOQA_METRICS', 'no metrics'],
  ['VIDEOQA_LOG_LEVEL', 'as built'],
  ['VIDEOQA_PAYLOAD_KEY', 'no encryption'],
  ['VIDEOQA_PAYLOAD_KEY_FILE', 'no encryption'],
  ['TEMPORAL_ADDRESS', 'the embedded server, or the profile file'],
  ['TEMPORAL_NAMESPACE', 'default, or the profile file'],
  ['TEMPORAL_PROFILE', 'default'],
  ['TEMPORAL_API_KEY', 'none'],
];

const holdsSecret = /KEY(S|S_OLD)?$|TOKEN|SECRET|PASSWORD/;

/**
 * What the environment says, secrets masked: of a key nothing but whether it is set.
 *
 * @param keyVariables  variables that hold the keys of a configuration's models
 */
export function environmentSettings(
  environment: Readonly<Record<string, string | undefined>>,
  keyVariables: readonly string[] = [],
): Setting[] {
  const known = [...variables, ...keyVariables.map((name) => [name, 'missing'] as const)];
  return known.map(([setting, fallback]) => {
    const text = environment[setting];
    if (!text) return { setting, value: fallback, origin: 'not set' };
    const isSecret = keyVariables.includes(setting) || holdsSecret.test(setting);
    return { setting, value: isSecret ? '********' : withoutPassword(text), origin: 'environment' };
  });
}

/** `postgres://user:secret@host/db` without its secret, and without what may stand in a query. */
function withoutPassword(text: string): string {
  return text.replace(/(:\/\/)[^/@\s]*@/, '$1********@').replace(/\?.*$/s, '?********');
}

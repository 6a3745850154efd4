/** Replaces secrets in a text, in every spelling. */
export type HideSecrets = (text: string) => string;

const secretName =
  /(?:^|_)(?:keys?|apikey|tokens?|secrets?|password|passwd|pwd|credentials?|auth)(?:_|$)/i;
/** Variables that only say where a secret lies; `PWD` is the working folder of every shell. */
const placeName = /^PWD$|(?:_FILE|_PATH|_DIR|_ENV|_SOCK|_ID|_NAME)$/i;

/** Shorter values, such as "none", stand in texts of their own accord. */
const shortestSecret = 12;

/** What is left of the shortest in base64. */
const shortestSpelling = 8;

export const hidden = '[hidden]';

/**
 * The secrets in an environment: values of variables that are named like one, and passwords within
 * addresses.
 */
export function secretsIn(environment: Readonly<Record<string, string | undefined>>): string[] {
  const found = Object.entries(environment).flatMap(([name, value = '']) => {
    const password = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:([^/@\s]+)@/i.exec(value)?.[1];
    const isSecret = secretName.test(name) && !placeName.test(name);
    return [...(password === undefined ? [] : [password]), ...(isSecret ? value.split(',') : [])];
  });
  return [...new Set(found.map((value) => value.trim()))].filter(
    (value) => value.length >= shortestSecret,
  );
}

/** A function that hides these secrets: raw, in base64 and as part of an address. */
export function createSecretHider(secrets: readonly string[]): HideSecrets {
  const spellings = [...new Set(secrets.flatMap(spellingsOf))].toSorted(
    (left, right) => right.length - left.length,
  );
  if (spellings.length === 0) return (text) => text;
  return (text) =>
    spellings.reduce(
      (shown, spelling) => (shown.includes(spelling) ? shown.replaceAll(spelling, hidden) : shown),
      text,
    );
}

/**
 * A secret as it may stand in a text. Base64 letters depend on what stands before: the three
 * alignments, without the letters at the edges.
 */
export function spellingsOf(secret: string): string[] {
  const encoded = [0, 1, 2].map((shift) => {
    const letters = Buffer.from('\0'.repeat(shift) + secret).toString('base64');
    return letters.slice(shift === 0 ? 0 : 4, -4).replace(/=+$/, '');
  });
  const urlSafe = encoded.map((letters) => letters.replaceAll('+', '-').replaceAll('/', '_'));
  const json = JSON.stringify(secret).slice(1, -1);
  return [secret, json, encodeURIComponent(secret), ...encoded, ...urlSafe].filter(
    (spelling) => spelling.length >= shortestSpelling,
  );
}

/**
 * The most that one payload in Temporal may hold, in bytes: counts and references, never content.
 * Lists leave room for what stands beside them.
 */
export const mostPayloadBytes = 32 * 1024;
const mostListBytes = mostPayloadBytes - 2 * 1024;

/** How many entries, from the first on, fit into one payload as JSON; at least one, if there is one. */
export function fitIntoPayload(entries: readonly unknown[]): number {
  let bytes = 0;
  for (const [index, entry] of entries.entries()) {
    bytes += bytesOf(JSON.stringify(entry)) + 1;
    if (bytes > mostListBytes && index > 0) return index;
  }
  return entries.length;
}

/** Length in UTF-8. JSON escapes half characters, which could not be encoded. */
function bytesOf(json: string): number {
  return encodeURIComponent(json).replaceAll(/%../g, '.').length;
}

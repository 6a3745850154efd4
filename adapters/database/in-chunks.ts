/** Cuts a list into pieces of at most `size`: one statement takes 32,766 parameters. */
export function* inChunks<Entry>(entries: readonly Entry[], size: number): Generator<Entry[]> {
  for (let from = 0; from < entries.length; from += size) yield entries.slice(from, from + size);
}

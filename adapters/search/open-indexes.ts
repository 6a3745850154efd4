/** Opened things by key, the least recently used of which make room for others. */
export type OpenIndexes<Index> = {
  /**
   * The index of a key: the one that is open, or one opened now. Whoever asks while it is being
   * opened gets the same one. One that fails to open is tried anew by the next who asks.
   */
  readonly get: (key: string) => Promise<Index>;
};

/**
 * Keeps indexes open up to a number of bytes. One that is dropped stays good for whoever still
 * holds it; one that is larger than the whole capacity is opened for its askers and not kept. What
 * is being opened, and what askers hold beyond that, comes on top of the capacity.
 *
 * @param about.capacityBytes  of the indexes that are kept; 0 keeps none
 * @param about.open           opens the index of a key; the same key means the same content
 * @param about.byteLength     what an open index occupies
 */
export function createOpenIndexes<Index>(about: {
  readonly capacityBytes: number;
  readonly open: (key: string) => Promise<Index>;
  readonly byteLength: (index: Index) => number;
}): OpenIndexes<Index> {
  const { capacityBytes, open, byteLength } = about;
  const opening = new Map<string, Promise<Index>>();
  /** In the order of their last use. */
  const kept = new Map<string, { readonly index: Index; readonly bytes: number }>();
  let keptBytes = 0;

  function keep(key: string, index: Index): void {
    const bytes = byteLength(index);
    if (bytes > capacityBytes) return;
    kept.set(key, { index, bytes });
    keptBytes += bytes;
    for (const [oldest, { bytes: freed }] of kept) {
      if (keptBytes <= capacityBytes) return;
      kept.delete(oldest);
      keptBytes -= freed;
    }
  }

  async function openAndKeep(key: string): Promise<Index> {
    const index = await open(key);
    keep(key, index);
    return index;
  }

  return {
    async get(key) {
      const entry = kept.get(key);
      if (entry !== undefined) {
        kept.delete(key);
        kept.set(key, entry);
        return entry.index;
      }
      const underway = opening.get(key);
      if (underway !== undefined) return underway;
      const started = openAndKeep(key);
      opening.set(key, started);
      try {
        return await started;
      } finally {
        opening.delete(key);
      }
    },
  };
}

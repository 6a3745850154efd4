import { type Embedder, openEmbedder } from '../adapters/embedding/embedder.ts';
import type { EmbeddingSpec } from '../domain/run-spec.ts';

/** One loaded model per folder, shared by both embedding queues. */
export function openEmbeddersOnce() {
  const open = new Map<string, Promise<Embedder>>();
  return {
    open({ model, path, device }: EmbeddingSpec): Promise<Embedder> {
      const key = `${model}\n${path}`;
      const known = open.get(key) ?? openEmbedder({ modelId: model, path, device });
      open.set(key, known);
      known.catch(() => open.delete(key));
      return known;
    },
    async close() {
      const loaded = await Promise.allSettled(open.values());
      await Promise.all(
        loaded.map(async (one) => (one.status === 'fulfilled' ? one.value.close() : undefined)),
      );
    },
  };
}

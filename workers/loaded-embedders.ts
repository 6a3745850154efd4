import { type Embedder, openEmbedder } from '../adapters/embedding/embedder.ts';
import type { EmbeddingDevice, EmbeddingSpec } from '../domain/run-spec.ts';

export type LoadedEmbedders = {
  /** Loads a model, or finds it loaded. @throws {EnvironmentError} when it fails its self-test */
  open(spec: EmbeddingSpec): Promise<Embedder>;
  /** Those that are loaded now. */
  loaded(): Promise<Embedder[]>;
  close(): Promise<void>;
};

/** One loaded model per folder and export, shared by both embedding queues. */
export function openEmbeddersOnce(options: {
  /** Where this process runs models, whatever a run says; null = where the run says. */
  readonly device: EmbeddingDevice | null;
  /** Keeps what a self-test compares with, where the model's folder cannot be written. */
  readonly cacheFolder: string;
  /** Told what a model's self-test found. */
  readonly onOpened: (embedder: Embedder) => void;
}): LoadedEmbedders {
  const { cacheFolder, onOpened } = options;
  const open = new Map<string, Promise<Embedder>>();

  const load = async (spec: EmbeddingSpec, device: EmbeddingDevice): Promise<Embedder> => {
    const { model: modelId, path, dtype } = spec;
    const embedder = await openEmbedder({ modelId, path, dtype, device, cacheFolder });
    onOpened(embedder);
    return embedder;
  };
  const loaded = async (): Promise<Embedder[]> => {
    const ends = await Promise.allSettled(open.values());
    return ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  };
  return {
    open(spec) {
      const device = options.device ?? spec.device;
      const key = JSON.stringify([spec.model, spec.path, spec.dtype, device]);
      const known = open.get(key) ?? load(spec, device);
      open.set(key, known);
      known.catch(() => open.delete(key));
      return known;
    },
    loaded,
    async close() {
      await Promise.all((await loaded()).map((embedder) => embedder.close()));
    },
  };
}

import { EnvironmentError } from '../../../domain/errors/usage-error.ts';
import type { TextTower } from './text-tower.ts';

/** The text side of an embedder: nothing is loaded before the first text. */
export type EmbedderTexts = {
  /** As `Embedder.embedTexts`. */
  embed(
    texts: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<{ vectors: Float32Array; truncated: readonly boolean[] }>;
  /** Releases the tower if it was loaded. */
  close(): Promise<void>;
};

/**
 * @param open       loads the text tower; called again after it failed
 * @param dimension  values per vector of the picture tower, which the text tower must share
 */
export function createEmbedderTexts(
  open: () => Promise<TextTower>,
  dimension: number,
): EmbedderTexts {
  let tower: Promise<TextTower> | undefined;

  const openChecked = async (): Promise<TextTower> => {
    const opened = await open();
    if (opened.dimension === dimension) return opened;
    await opened.close();
    throw new EnvironmentError(
      `the text model gives ${opened.dimension} values a text, the vision model ${dimension} a ` +
        'picture, so they cannot be compared: copy both files from one export',
    );
  };
  const current = (): Promise<TextTower> => {
    if (tower === undefined) {
      tower = openChecked();
      tower.catch(() => (tower = undefined));
    }
    return tower;
  };
  return {
    embed: async (texts, signal) => {
      signal?.throwIfAborted();
      if (texts.length === 0) return { vectors: new Float32Array(), truncated: [] };
      const embedding = current().then((opened) => opened.embed(texts));
      return signal === undefined ? embedding : untilAborted(embedding, signal);
    },
    close: async () => {
      const opened = await tower?.catch(() => undefined);
      await opened?.close();
    },
  };
}

/** The result, or the signal's reason if that comes first. */
async function untilAborted<Result>(result: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

import type { EmbeddingThreadDiedError } from '../embedding-errors.ts';
import type { Inference } from './inference.ts';

/** The inference in use. */
export type InferenceKeeper = {
  /** The open inference; opens it anew, once for all callers, after its thread has died. */
  current(): Promise<Inference>;
  close(): Promise<void>;
};

/**
 * @param first    open already
 * @param reopen   called after a death
 * @param onDeath  told of each death, after the runs that the thread had were rejected
 */
export function keepInference(
  first: Inference,
  reopen: () => Promise<Inference>,
  onDeath: (error: EmbeddingThreadDiedError) => void,
): InferenceKeeper {
  let current: Promise<Inference> | undefined;
  const forget = (): void => {
    current = undefined;
  };
  const dead: Promise<void>[] = [];
  const keep = (inference: Inference): Inference => {
    void inference.died.then((error) => {
      forget();
      dead.push(inference.close());
      setImmediate(onDeath, error);
    });
    return inference;
  };
  current = Promise.resolve(keep(first));
  return {
    current: () => {
      if (current === undefined) {
        current = reopen().then(keep);
        current.catch(forget);
      }
      return current;
    },
    close: async () => {
      const open = await current?.catch(() => undefined);
      await Promise.all([open?.close(), ...dead]);
    },
  };
}

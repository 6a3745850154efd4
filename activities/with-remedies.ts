import { redrawAtOnce } from '../domain/calls/redraw.ts';
import type { Remedy } from '../domain/errors/remedy.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { FramePicture } from './run-reader.ts';

/** What may be changed about a call that was refused. */
export type Draft = { readonly pictures: readonly FramePicture[]; readonly redraw: number };

export type RemedyDependencies = {
  /**
   * The picture in a form that every provider takes.
   *
   * @throws {StepError} class `bad_media` when it cannot be decoded here either
   */
  readonly reencodePicture: (bytes: Uint8Array) => Promise<FramePicture>;
};

/**
 * Makes a call and, where the refusal says that it may help, once more with its pictures encoded anew
 * or as another draw; each is tried once. The changed request is a call of its own with a key of its
 * own: a restart finds the refusal of the first and the reply of the second, and pays for neither.
 *
 * @param about.takesSeed  whether the model can be asked for another draw
 * @throws {StepError} as the call does
 */
export async function withRemedies<Value>(
  { reencodePicture }: RemedyDependencies,
  first: Draft,
  about: { readonly takesSeed: boolean; readonly noteRemedy: (remedy: Remedy) => void },
  call: (draft: Draft) => Promise<Value>,
): Promise<Value> {
  const left = new Set<Remedy>(about.takesSeed ? ['re-encode', 'redraw'] : ['re-encode']);
  for (let draft = first; ;) {
    try {
      return await call(draft);
    } catch (error) {
      const remedy = error instanceof StepError ? error.remedy : undefined;
      if (remedy === undefined || !left.delete(remedy)) throw error;
      draft = remedy === 'redraw' ? redrawn(draft) : await reencoded(draft);
      about.noteRemedy(remedy);
    }
  }

  async function reencoded({ pictures, redraw }: Draft): Promise<Draft> {
    const anew = await Promise.all(pictures.map(({ bytes }) => reencodePicture(bytes)));
    return { pictures: anew, redraw };
  }
}

function redrawn({ pictures, redraw }: Draft): Draft {
  return { pictures, redraw: redrawAtOnce(redraw) };
}

import {
  afterProcessDeath,
  afterThreadDeath,
  isPoison,
  unsuspected,
  worksAlone,
} from '../domain/errors/quarantine.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { MediaWorkKey, MediaWorkStore } from '../domain/stores/media-work-store.ts';
import { createAloneGate } from './alone-gate.ts';

export type QuarantineDependencies = {
  readonly mediaWork: MediaWorkStore;
  /** Names this worker process: pid and start time. */
  readonly processId: string;
};

/**
 * Guards work on media that may end its process: a picture that brings the model down, a video that
 * takes all memory. Such work is noted while it is under way. What a dead process has left becomes
 * a suspect and works alone; what ends processes alone, too, fails for good. A `retry` begins anew.
 *
 * @param named  what is at work, for people: `item 7`, `video v1`
 * @throws {StepError} class `poison`
 */
export function createQuarantine({ mediaWork, processId }: QuarantineDependencies) {
  const gate = createAloneGate();

  return async function guarded<Result>(
    key: MediaWorkKey,
    named: string,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const known = await mediaWork.find(key);
    const wasLeft = known !== null && known.openIn !== null && known.openIn !== processId;
    const before = known?.suspicion ?? unsuspected;
    const suspicion = wasLeft ? afterProcessDeath(before) : before;
    if (isPoison(suspicion)) return refuse(key, named);
    return gate(worksAlone(suspicion) ? 'alone' : 'together', async () => {
      await mediaWork.note(key, { suspicion, openIn: processId });
      try {
        const result = await work();
        await mediaWork.clear(key);
        return result;
      } catch (error) {
        if (!(error instanceof StepError) || !error.endedThread) {
          await mediaWork.note(key, { suspicion, openIn: null });
          throw error;
        }
        const after = afterThreadDeath(suspicion);
        if (isPoison(after)) return refuse(key, named);
        await mediaWork.note(key, { suspicion: after, openIn: null });
        throw error;
      }
    });
  };

  async function refuse(key: MediaWorkKey, named: string): Promise<never> {
    // Only a person who says retry has it tried again, as if nothing had been.
    await mediaWork.clear(key);
    throw new StepError(
      'poison',
      'fail',
      `${named} has ended the worker again and again, alone at last, and is left out; look at its ` +
        'pictures before a retry',
    );
  }
}
export type Quarantine = ReturnType<typeof createQuarantine>;

import type { Frame } from '../domain/item.ts';
import type { Remedy } from '../domain/remedy.ts';
import type { StrategySpec } from '../domain/run-spec.ts';
import { StepError } from '../domain/step-error.ts';

/**
 * Asks about frames and, where they are too many for the model's context and the strategy wants it,
 * once more about half of them.
 *
 * @param about.choose  the frames to show, at most so many of them
 * @throws {StepError} as `ask` does
 */
export async function orFewerFrames<Reply>(
  strategy: Pick<StrategySpec, 'onContextLength'>,
  about: {
    readonly choose: (most: number) => readonly Frame[];
    readonly ask: (frames: readonly Frame[]) => Promise<Reply>;
    readonly noteRemedy: (remedy: Remedy) => void;
  },
): Promise<Reply> {
  const frames = about.choose(Number.POSITIVE_INFINITY);
  try {
    return await about.ask(frames);
  } catch (error) {
    const isTooLong = error instanceof StepError && error.remedy === 'fewer-frames';
    const half = Math.floor(frames.length / 2);
    if (!isTooLong || strategy.onContextLength !== 'fewer-frames' || half === 0) throw error;
    about.noteRemedy('fewer-frames');
    return about.ask(about.choose(half));
  }
}

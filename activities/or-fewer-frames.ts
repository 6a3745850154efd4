import type { Frame } from '../domain/item.ts';
import type { Remedy } from '../domain/errors/remedy.ts';
import type { StrategySpec } from '../domain/strategy-spec.ts';
import { StepError } from '../domain/errors/step-error.ts';

/** Frames of each video of an item, in its order. */
type FramesByVideo = readonly (readonly Frame[])[];

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
    readonly choose: (most: number) => Promise<FramesByVideo>;
    readonly ask: (frames: FramesByVideo) => Promise<Reply>;
    readonly noteRemedy: (remedy: Remedy) => void;
  },
): Promise<Reply> {
  const frames = await about.choose(Number.POSITIVE_INFINITY);
  try {
    return await about.ask(frames);
  } catch (error) {
    const isTooLong = error instanceof StepError && error.remedy === 'fewer-frames';
    const half = Math.floor(frames.flat().length / 2);
    if (!isTooLong || strategy.onContextLength !== 'fewer-frames' || half === 0) throw error;
    about.noteRemedy('fewer-frames');
    return about.ask(await about.choose(half));
  }
}

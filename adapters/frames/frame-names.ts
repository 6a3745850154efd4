/** A file in a video's folder that is not taken as a frame, and why. */
export type UnmatchedFile = {
  readonly name: string;
  readonly reason: 'its name is not frame_<n>.jpg, .jpeg or .png' | 'another file has its number';
};

export type NumberedFrames = {
  /** Ascending by number. */
  readonly frames: readonly { readonly frameId: number; readonly name: string }[];
  readonly unmatched: readonly UnmatchedFile[];
};

const framePattern = /^frame_(\d{1,15})\.(?:jpg|jpeg|png)$/i;

/** The number in a frame's file name; null for any other name. */
export function frameNumber(name: string): number | null {
  const digits = framePattern.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

/**
 * Picks the frames among the names in a folder and orders them by their number, so that
 * `frame_2.jpg` comes before `frame_10.jpg`. Of files with one number the first by name counts.
 */
export function numberFrames(names: readonly string[]): NumberedFrames {
  const nameOfNumber = new Map<number, string>();
  const unmatched: UnmatchedFile[] = [];
  for (const name of names.toSorted()) {
    const frameId = frameNumber(name);
    if (frameId === null)
      unmatched.push({ name, reason: 'its name is not frame_<n>.jpg, .jpeg or .png' });
    else if (nameOfNumber.has(frameId))
      unmatched.push({ name, reason: 'another file has its number' });
    else nameOfNumber.set(frameId, name);
  }
  const frames = [...nameOfNumber].map(([frameId, name]) => ({ frameId, name }));
  return { frames: frames.toSorted((left, right) => left.frameId - right.frameId), unmatched };
}

/** What a plan must know of a video: which frames can be decoded without those before them. */
export type PlannedVideo = {
  /** For each frame in presentation order; the first one counts as a keyframe. */
  readonly isKeyframe: readonly boolean[];
  /** What one more start of the decoder costs, in frames decoded. */
  readonly restartCostFrames: number;
  /** False where a seek may land in the wrong place: such a video is decoded from its start. */
  readonly canSeek: boolean;
};

/** One run of the decoder: from a keyframe on, through its targets, to the last of them. */
export type DecodePass = {
  /** Index of the keyframe to seek to; 0 is the start of the video, reached without seeking. */
  readonly startIndex: number;
  /** Ascending. */
  readonly targets: readonly number[];
};

export type FramePlan = {
  /** In time order; together they hold each target once. */
  readonly passes: readonly DecodePass[];
  /** Frames that all passes decode. */
  readonly decodedFrames: number;
  /** Frames that one pass from the start would decode. */
  readonly sequentialFrames: number;
};

/** Above this share of all frames a seek saves too little for what may go wrong with it. */
const greatestDecodedShare = 0.6;

/** The same with the restarts counted: they are an estimate, so a tenth must be left to gain. */
const greatestCostShare = 0.9;

/**
 * Plans how frames are reached: by seeks to the keyframes before them where that clearly saves
 * decoding, else by one pass from the start. A pass goes on to the next target unless a keyframe
 * lies between and restarting there is cheaper, so no frame is decoded twice and no seek goes back.
 *
 * @param targets ascending, distinct frame indexes
 */
export function planFrames(targets: readonly number[], video: PlannedVideo): FramePlan {
  const last = targets.at(-1);
  if (last === undefined) return { passes: [], decodedFrames: 0, sequentialFrames: 0 };
  const sequentialFrames = last + 1;
  const whole = {
    passes: [{ startIndex: 0, targets }],
    decodedFrames: sequentialFrames,
    sequentialFrames,
  };
  if (!video.canSeek) return whole;

  const passes = seekingPasses(targets, video);
  const decodedFrames = passes.reduce((sum, pass) => sum + framesOf(pass), 0);
  const restarts = (passes.length - 1) * video.restartCostFrames;
  const pays =
    decodedFrames <= greatestDecodedShare * sequentialFrames &&
    decodedFrames + restarts <= greatestCostShare * sequentialFrames;
  return pays ? { passes, decodedFrames, sequentialFrames } : whole;
}

function seekingPasses(targets: readonly number[], video: PlannedVideo): DecodePass[] {
  const passes: { startIndex: number; targets: number[] }[] = [];
  let keyframe = 0;
  let reached = -1;
  for (const target of targets) {
    for (let index = reached + 1; index <= target; index += 1)
      if (video.isKeyframe[index] === true) keyframe = index;
    const current = passes.at(-1);
    const costOfSeek = target - keyframe + 1 + video.restartCostFrames;
    const mayGoOn =
      current !== undefined && (keyframe <= reached || target - reached <= costOfSeek);
    if (mayGoOn) current.targets.push(target);
    else passes.push({ startIndex: keyframe, targets: [target] });
    reached = target;
  }
  return passes;
}

function framesOf({ startIndex, targets }: DecodePass): number {
  return (targets.at(-1) ?? startIndex) - startIndex + 1;
}

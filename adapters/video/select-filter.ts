/** Which decoded frames a pass keeps, on the stream's clock. */
export type Selection = {
  readonly timeBase: { readonly numerator: number; readonly denominator: number };
  /** Ascending, distinct. */
  readonly targetTicks: readonly number[];
  /** Decoding ends before this moment; null runs to the end of the video. */
  readonly stopTicks: number | null;
};

/**
 * The ffmpeg filter that keeps the first frame at or after each target, each frame once, and writes
 * the presentation times of those it keeps to file descriptor 3. A target that does not decode is
 * so replaced by its successor.
 */
export function selectFilter({ timeBase, targetTicks, stopTicks }: Selection): string {
  const passed = `st(1,${countTree(targetTicks, 0, targetTicks.length)})`;
  // A frame is kept when more targets have passed than at the frame before it; one without a time never.
  const isWanted = `if(isnan(pts),0,${passed};st(2,gt(ld(1),ld(0)));st(0,ld(1));ld(2))`;
  return [
    `settb=${timeBase.numerator}/${timeBase.denominator}`,
    ...(stopTicks === null ? [] : [`trim=end_pts=${stopTicks}`]),
    `select='${isWanted}'`,
    // Only frames that carry a note are printed.
    'metadata=mode=add:key=kept:value=1',
    String.raw`metadata=mode=print:direct=1:file='pipe\:3'`,
  ].join(',');
}

/** Number of targets at or before `pts`, as nested comparisons: few are evaluated per frame. */
function countTree(targets: readonly number[], low: number, high: number): string {
  if (low === high) return String(low);
  const middle = Math.floor((low + high) / 2);
  const before = countTree(targets, low, middle);
  const after = countTree(targets, middle + 1, high);
  return `if(lt(pts,${targets[middle]}),${before},${after})`;
}

/** The presentation time in a line that the filter prints; null for a line without one. */
export function keptTicks(line: string): number | null {
  const ticks = /^frame:\S+\s+pts:(-?\d+)\s/.exec(line)?.[1];
  return ticks === undefined ? null : Number(ticks);
}

/** How neighbouring pixels are weighed: `cubic` is Catmull-Rom's curve (a = -0.5), `linear` a triangle. */
export type ResampleKernel = 'cubic' | 'linear';

/** For each pixel of a stretch of the target, the source pixels that it is made of. */
export type ResampleWindows = {
  /** The first source pixel, per target pixel; never falls from one to the next. */
  readonly starts: Int32Array;
  /** How many source pixels follow one another from there. */
  readonly counts: Int32Array;
  /** Their weights as whole numbers of 2^-22, `reach` per target pixel, zero after the last. */
  readonly weights: Int32Array;
  readonly reach: number;
};

/** Binary digits behind the point of a weight. */
export const weightBits = 22;

/** Half the width of a kernel, in source pixels at equal size. */
const supports = { cubic: 2, linear: 1 } as const;
const curves = { cubic, linear } as const;

/**
 * The windows of one axis as Pillow (12.3, 8 bits a channel) makes them. The kernel is stretched by
 * the scale where the axis shrinks; weights are scaled to a sum of 1, then rounded half away from 0.
 * At equal lengths each window comes to its own pixel alone.
 *
 * @param from  first target pixel wanted
 * @param to    behind the last
 */
export function resampleWindows(
  sourceLength: number,
  targetLength: number,
  kernel: ResampleKernel,
  from: number,
  to: number,
): ResampleWindows {
  const scale = sourceLength / targetLength;
  const stretch = Math.max(scale, 1);
  const support = supports[kernel] * stretch;
  const reach = Math.min(Math.ceil(support) * 2 + 1, sourceLength);
  const starts = new Int32Array(to - from);
  const counts = new Int32Array(to - from);
  const weights = new Int32Array((to - from) * reach);
  const curve = curves[kernel];
  const raw = new Float64Array(reach);
  for (let at = 0; at < starts.length; at++) {
    const centre = (from + at + 0.5) * scale;
    const start = Math.max(Math.trunc(centre - support + 0.5), 0);
    const end = Math.min(Math.trunc(centre + support + 0.5), sourceLength);
    starts[at] = start;
    counts[at] = end - start;
    let sum = 0;
    for (let tap = 0; tap < end - start; tap++) {
      raw[tap] = curve((tap + start - centre + 0.5) * (1 / stretch));
      sum += raw[tap]!;
    }
    for (let tap = 0; tap < end - start; tap++) {
      weights[at * reach + tap] = fixedPoint(sum === 0 ? raw[tap]! : raw[tap]! / sum);
    }
  }
  return { starts, counts, weights, reach };
}

function fixedPoint(weight: number): number {
  return Math.trunc(weight * 2 ** weightBits + (weight < 0 ? -0.5 : 0.5));
}

function linear(distance: number): number {
  return Math.max(1 - Math.abs(distance), 0);
}

/** Keys' cubic convolution with a = -0.5. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

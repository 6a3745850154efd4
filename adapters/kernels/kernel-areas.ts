import { type Kernels, loadKernels } from './load-kernels.ts';

/** Memory above this size is given back; below, the next caller takes it over. */
const keptBytes = 64 * 2 ** 20;
/** Room for what kernels touch behind the end of an area. */
const slackBytes = 64;

let kept: Kernels | undefined;

/**
 * Gives each named area its place in the kernels' memory, at a multiple of 16. The areas are the
 * caller's until the next call, hold what was left there, and need not be given back.
 */
export function reserveAreas<Name extends string>(
  byteLengths: Readonly<Record<Name, number>>,
): {
  readonly run: Kernels['run'];
  readonly bytes: Uint8Array;
  readonly areas: Readonly<Record<Name, number>>;
} {
  let total = 0;
  const offsets = Object.entries<number>(byteLengths).map(([name, byteLength]) => {
    const offset = total;
    total += roundUpTo16(byteLength + slackBytes);
    return [name, offset] as const;
  });
  const kernels = takeKernels(total);
  const areas = Object.fromEntries(
    offsets.map(([name, offset]) => [name, kernels.dataStart + offset]),
  ) as Record<Name, number>;
  return { run: kernels.run, bytes: new Uint8Array(kernels.buffer), areas };
}

export function roundUpTo16(count: number): number {
  return Math.ceil(count / 16) * 16;
}

function takeKernels(byteLength: number): Kernels {
  if (kept !== undefined && kept.buffer.byteLength - kept.dataStart >= byteLength) return kept;
  const kernels = loadKernels(byteLength);
  if (byteLength <= keptBytes) kept = kernels;
  return kernels;
}

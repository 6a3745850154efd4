import { cpus } from 'node:os';
import type { EmbedMeasurement, EngineName } from './embed-measure.ts';

/** One promise and what was measured; null = not measured, or no promise but a figure to compare with. */
export type EmbedTarget = {
  readonly claim: string;
  readonly ratio: number | null;
  readonly target: number | null;
};

/**
 * Ratios of images per second, each engine by its fastest round. What else runs on the machine can
 * only slow a round down, so the fastest is the one that it disturbed least, as timeit of Python says.
 */
export function embedTargets({ rounds }: EmbedMeasurement): EmbedTarget[] {
  const ratio = (claim: string, mine: EngineName, other: EngineName, target: number | null) => ({
    claim,
    target,
    ratio: isMissing(rounds[mine], rounds[other])
      ? null
      : fastest(rounds[mine]) / fastest(rounds[other]),
  });
  return [
    ratio('device / eager PyTorch', 'device', 'torch', 1),
    ratio("device / ONNX Runtime's Python", 'device', 'onnxruntime', 0.95),
    ratio("npm package alone / ONNX Runtime's Python", 'npmPackage', 'onnxruntime', null),
    ratio('whole path / device', 'wholePath', 'device', 0.95),
  ];
}

/** The figures of one model as lines of text. */
export function formatMeasurement(
  measured: EmbedMeasurement,
  gflop: number | null,
  peakTflops: number | null,
): string {
  const { rounds, selfTest, metrics, memory, loopGapsMs, cosines, python } = measured;
  const speed = (engine: EngineName): string => speedOf(rounds[engine]);
  const gflops = gflop === null ? null : gflop * fastest(rounds.device);
  return [
    '',
    `${measured.model}: ${measured.imagesPerRound} images per engine in each of ${rounds.device.length} rounds, load before ${measured.loadBefore.toFixed(2)}`,
    `self-test: cosine ${selfTest.cosine.toFixed(5)} to the ${selfTest.reference} reference, ${selfTest.nodes} nodes on ${selfTest.provider}, ${selfTest.elapsedMs.toFixed(0)} ms`,
    `ours, whole path from JPEG 1280x720: ${speed('wholePath')}`,
    `ours, device only: ${speed('device')}; ${figure(gflops, 'GFLOP/s')}${share(gflops, peakTflops)}`,
    `ONNX Runtime's npm package alone: ${speed('npmPackage')}`,
    `PyTorch${python === null ? '' : ` ${python.torch}`}, eager: ${speed('torch')}`,
    `ONNX Runtime${python === null ? '' : ` ${python.onnxruntime}`} in Python: ${speed('onnxruntime')}`,
    ...embedTargets(measured).map(formatTarget),
    ...decodingBound(measured),
    `cosine of our vector to PyTorch's: ${figure(cosines.torch)}; to ONNX Runtime's: ${figure(cosines.onnxruntime)}`,
    `decode + resize: ${measured.preparedPerCoreSecond.toFixed(1)} images/s per core`,
    `event loop while embedding: p99 ${loopGapsMs.p99.toFixed(1)} ms, longest ${loopGapsMs.max.toFixed(1)} ms (target p99 <= 200)`,
    memory === null
      ? 'memory: not measured'
      : `memory over ${memory.images} images: ${memory.firstThirdMiB.toFixed(0)} MiB in the first third, ` +
        `${memory.lastThirdMiB.toFixed(0)} MiB in the last, peak ${memory.peakMiB.toFixed(0)} MiB`,
    `batches: mean size ${figure(metrics.meanBatchSize)}, decode wait ${metrics.decodeWaitMs.toFixed(0)} ms, ` +
      `device busy ${(metrics.deviceBusyShare * 100).toFixed(0)} % of ${(metrics.elapsedMs / 1000).toFixed(0)} s`,
  ].join('\n');
}

function formatTarget({ claim, ratio, target }: EmbedTarget): string {
  const goal = target === null ? '' : ` (target >= ${target})`;
  if (ratio === null) return `${claim}: not measured${goal}`;
  if (target === null) return `${claim}: ${ratio.toFixed(3)}`;
  const verdict = ratio >= target ? 'holds' : 'DOES NOT HOLD';
  return `${claim}: ${ratio.toFixed(3)} (${verdict}: target >= ${target})`;
}

/** A model that costs less than decoding cannot hide it, whatever runs beside what. */
function decodingBound({ rounds, preparedPerCoreSecond }: EmbedMeasurement): string[] {
  const decoded = preparedPerCoreSecond * cpus().length;
  if (fastest(rounds.device) < decoded) return [];
  return [
    `the whole path is bound by decoding: all cores prepare at most ${decoded.toFixed(0)} images/s for this model`,
  ];
}

function speedOf(rounds: readonly number[]): string {
  if (rounds.length === 0) return 'not measured';
  return `${figure(fastest(rounds), 'images/s')} (slowest round ${figure(Math.min(...rounds))})`;
}

function isMissing(...engines: readonly (readonly number[])[]): boolean {
  return engines.some((rounds) => rounds.length === 0);
}

function fastest(rounds: readonly number[]): number {
  return Math.max(...rounds);
}

function share(gflops: number | null, peakTflops: number | null): string {
  if (gflops === null || peakTflops === null) return '; share of the limit: not measured';
  return `, ${(gflops / peakTflops / 10).toFixed(1)} % of ${peakTflops} TFLOP/s`;
}

function figure(value: number | null, unit = ''): string {
  if (value === null) return 'not measured';
  return `${value < 10 ? value.toFixed(4) : value.toFixed(1)} ${unit}`.trim();
}

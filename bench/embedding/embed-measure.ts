import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Embedder, openEmbedder } from '../../adapters/embedding/embedder.ts';
import type { EmbedderMetrics } from '../../adapters/embedding/metrics.ts';
import {
  type ModelFolder,
  readModelFolder,
} from '../../adapters/embedding/model-folder/model-folder.ts';
import {
  createPreparation,
  valuesPerPicture,
} from '../../adapters/embedding/pictures/picture-preparation.ts';
import type { SelfTestReport } from '../../adapters/embedding/self-test/self-test.ts';
import {
  type DeviceAlone,
  openDeviceAlone,
  pictureBatch,
  preparedPerCoreSecond,
} from './embed-device.ts';
import { type LoopGaps, watchEventLoop } from './embed-loop-gap.ts';
import { type MemoryUse, watchMemory } from './embed-memory.ts';
import type { EmbedRequest } from './embed-options.ts';
import { openPackageAlone, type PackageAlone } from './embed-package.ts';
import {
  openPython,
  type PythonEngine,
  type PythonEngines,
  type PythonVersions,
} from './embed-python.ts';

/** Images per second of each engine, one figure per round; empty = not measured. */
export type EngineRounds = Readonly<Record<EngineName, readonly number[]>>;
export type EngineName = 'wholePath' | 'device' | 'npmPackage' | PythonEngine;

/** Everything that was measured on one model. */
export type EmbedMeasurement = {
  readonly model: string;
  readonly selfTest: SelfTestReport;
  readonly loadBefore: number;
  readonly imagesPerRound: number;
  readonly rounds: EngineRounds;
  /** Of our vector of one picture to PyTorch's and to ONNX Runtime's Python; null = not comparable. */
  readonly cosines: Readonly<Record<PythonEngine, number | null>>;
  readonly preparedPerCoreSecond: number;
  readonly loopGapsMs: LoopGaps;
  readonly memory: MemoryUse | null;
  readonly metrics: EmbedderMetrics;
  readonly python: PythonVersions | null;
};

const loopRounds = 3;
/** Below this a picture is cheap enough for thousands of them. */
const quickMs = 20;

/** Measures one model; the engines take turns, so that other load on the machine meets all alike. */
export async function measureModel(
  model: string,
  request: EmbedRequest,
  pictures: readonly Uint8Array[],
): Promise<EmbedMeasurement> {
  const { device, python: pythonPath } = request;
  const loadBefore = loadavg()[0]!;
  const folder = await readModelFolder(model);
  const embedder = await openEmbedder({ modelId: model, path: model, device });
  const alone = await openDeviceAlone(folder, device);
  const npmPackage = device === 'cpu' ? openPackageAlone(folder) : null;
  const python =
    pythonPath === null ? null : await openPython(pythonPath, model, device, pictureBatch(device));
  try {
    const isQuick = (await alone.round(3)) / 3 < quickMs / 1000;
    const images = request.images ?? (isQuick ? 3000 : 12);
    const batch = pictureBatch(device);
    const imagesPerRound = batch * Math.ceil(images / request.rounds / batch);
    const watched = request.memoryImages ?? (isQuick ? 10_000 : 100);
    const asked = Array.from(
      { length: imagesPerRound },
      (_, at) => pictures[at % pictures.length]!,
    );
    return {
      model,
      selfTest: embedder.selfTest,
      loadBefore,
      imagesPerRound,
      rounds: await takeTurns({ embedder, alone, npmPackage, python }, asked, request.rounds),
      loopGapsMs: await loopGaps(embedder, asked),
      cosines: await compareVectors(folder, alone, python, pictures[0]!),
      preparedPerCoreSecond: await preparedPerCoreSecond(folder, pictures, 200),
      memory: watched === 0 ? null : await watchMemory(embedder, pictures, watched),
      metrics: embedder.metrics(),
      python: python?.versions ?? null,
    };
  } finally {
    python?.close();
    npmPackage?.close();
    await embedder.close();
    await alone.close();
  }
}

type Engines = {
  readonly embedder: Embedder;
  readonly alone: DeviceAlone;
  readonly npmPackage: PackageAlone | null;
  readonly python: PythonEngines | null;
};

async function takeTurns(
  { embedder, alone, npmPackage, python }: Engines,
  pictures: readonly Uint8Array[],
  rounds: number,
): Promise<EngineRounds> {
  const images = pictures.length;
  const wholePath = async (): Promise<number> => {
    const started = performance.now();
    await embedAll(embedder, pictures);
    return (performance.now() - started) / 1000;
  };
  const turns: [EngineName, () => Promise<number>][] = [
    ['wholePath', wholePath],
    ['device', () => alone.round(images)],
  ];
  if (npmPackage !== null) turns.push(['npmPackage', () => npmPackage.round(images)]);
  if (python !== null) {
    turns.push(['onnxruntime', () => python.round('onnxruntime', images)]);
    turns.push(['torch', () => python.round('torch', images)]);
  }
  const found: Record<EngineName, number[]> = {
    wholePath: [],
    device: [],
    npmPackage: [],
    torch: [],
    onnxruntime: [],
  };
  for (let round = 0; round < rounds; round++) {
    // There and back: a load that grows or falls meets the first engine as it meets the last.
    const order = round % 2 === 0 ? turns : turns.toReversed();
    for (const [engine, seconds] of order) found[engine].push(images / (await seconds()));
  }
  return found;
}

/** Apart from the timed rounds: the load of a worker that it makes would be counted in them. */
async function loopGaps(embedder: Embedder, pictures: readonly Uint8Array[]): Promise<LoopGaps> {
  const stopWatching = watchEventLoop();
  for (let round = 0; round < loopRounds; round++) await embedAll(embedder, pictures);
  return stopWatching();
}

async function embedAll(embedder: Embedder, pictures: readonly Uint8Array[]): Promise<void> {
  await Promise.all(pictures.map((picture) => embedder.embed([picture], { lane: 'index' })));
}

async function compareVectors(
  folder: ModelFolder,
  alone: DeviceAlone,
  python: PythonEngines | null,
  picture: Uint8Array,
): Promise<Record<PythonEngine, number | null>> {
  if (python === null) return { torch: null, onnxruntime: null };
  const temporary = await mkdtemp(join(tmpdir(), 'bench-embed-'));
  try {
    const pixels = new Float32Array(valuesPerPicture(folder.recipe));
    await createPreparation(folder.recipe)(picture, pixels);
    const file = join(temporary, 'pixels.f32');
    await writeFile(file, pixels);
    const ours = [...(await alone.vector(pixels))];
    const cosineTo = async (engine: PythonEngine) =>
      cosine(ours, await python.vector(engine, file));
    return {
      torch: python.versions.isSameModel ? await cosineTo('torch') : null,
      onnxruntime: await cosineTo('onnxruntime'),
    };
  } finally {
    await rm(temporary, { recursive: true });
  }
}

function cosine(left: readonly number[], right: readonly number[]): number {
  const dot = left.reduce((sum, value, at) => sum + value * right[at]!, 0);
  return dot / (Math.hypot(...left) * Math.hypot(...right));
}

/**
 * The thread that runs the model. The runtime's `run` blocks the thread it is called on, and ending
 * a thread or the process during a run aborts the process; so this thread does nothing else, takes
 * one message at a time, and ends itself when it is asked to.
 */
import { parentPort } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { crashPoint } from '../../../domain/crash-points.ts';
import { crashFromEnvironment } from '../../crash/crash-from-environment.ts';
import { openDeviceProfile } from './device-profile.ts';
import type {
  InferenceReply,
  InferenceRequest,
  InferenceVectors,
  ModelInput,
  ModelSetup,
} from './inference-messages.ts';

type LoadedModel = { readonly session: InferenceSession; readonly outputName: string };

/**
 * Between two nodes a thread waits actively for a moment, which makes short runs a third faster; the
 * runtime's default of a millisecond and more would burn the cores that decode pictures.
 */
const spinning = { allow_spinning: '1', spin_duration_us: '200' };

let model: LoadedModel | undefined;

async function load(setup: ModelSetup): Promise<InferenceReply> {
  const profile = await openDeviceProfile();
  try {
    const session = await InferenceSession.create(setup.modelPath, {
      executionProviders: [setup.device],
      intraOpNumThreads: setup.threads,
      enableProfiling: true,
      profileFilePrefix: profile.filePrefix,
      extra: { session: { intra_op: spinning } },
    });
    model = { session, outputName: outputOf(session, setup) };
    // The first run allocates the model's memory: an unusable model fails here and not in a step.
    const { vectors, elapsedMs } = await run(model, setup.warmUp, Infinity);
    session.endProfiling();
    return {
      kind: 'loaded',
      dimension: vectors.length,
      inputNames: session.inputNames,
      firstRunMs: elapsedMs,
      deviceUse: await profile.read(),
    };
  } finally {
    await profile.discard();
  }
}

function outputOf(session: InferenceSession, setup: ModelSetup): string {
  const { inputNames } = session;
  const outputName = setup.outputNames.find((name) => session.outputNames.includes(name));
  const given = setup.warmUp.map(({ name }) => name);
  if (outputName === undefined || !inputNames.every((name) => given.includes(name))) {
    throw new Error(
      `the model takes ${inputNames.join(', ')} and gives ${session.outputNames.join(', ')}; ` +
        `needed is a tower that takes ${given.join(', ')} and gives ${setup.outputNames.join(' or ')}`,
    );
  }
  return outputName;
}

async function run(
  loaded: LoadedModel,
  inputs: readonly ModelInput[],
  rowsAtOnce: number,
): Promise<InferenceVectors> {
  const started = performance.now();
  const taken = inputs.filter(({ name }) => loaded.session.inputNames.includes(name));
  const rows = inputs[0]!.dims[0]!;
  let vectors = new Float32Array();
  for (let from = 0; from < rows; from += rowsAtOnce) {
    const to = Math.min(rows, from + rowsAtOnce);
    const output = await runRows(loaded, taken, from, to);
    // Copied, because the runtime's buffer cannot be handed to another thread.
    if (from === 0) vectors = new Float32Array((output.length / to) * rows);
    vectors.set(output, (output.length / (to - from)) * from);
  }
  const returned = inputs.map(({ values }) => values.buffer as ArrayBuffer);
  return { kind: 'vectors', vectors, elapsedMs: performance.now() - started, returned };
}

async function runRows(
  { session, outputName }: LoadedModel,
  inputs: readonly ModelInput[],
  from: number,
  to: number,
): Promise<Float32Array> {
  const feeds = Object.fromEntries(inputs.map((input) => [input.name, tensorOf(input, from, to)]));
  const { [outputName]: output } = await session.run(feeds, [outputName]);
  if (output === undefined || output.type !== 'float32' || output.dims.length !== 2) {
    throw new Error(
      `${outputName} is ${output?.type} [${output?.dims.join(', ')}], not float32 [n, d]`,
    );
  }
  return output.data as Float32Array;
}

function tensorOf(input: ModelInput, from: number, to: number): Tensor {
  const [rows, ...rest] = input.dims;
  const values = input.values.length / rows!;
  const part = input.values.subarray(from * values, to * values);
  return new Tensor(input.type, part, [to - from, ...rest]);
}

async function reply(request: InferenceRequest): Promise<void> {
  if (request.kind === 'close') {
    await model?.session.release();
    parentPort?.close();
    return;
  }
  try {
    const answer = await answerTo(request);
    parentPort?.postMessage(answer, buffersOf(answer));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ kind: 'failed', message } satisfies InferenceReply, []);
  }
}

function buffersOf(answer: InferenceReply): ArrayBuffer[] {
  if (answer.kind !== 'vectors') return [];
  return [answer.vectors.buffer as ArrayBuffer, ...answer.returned];
}

function answerTo(request: Exclude<InferenceRequest, { kind: 'close' }>): Promise<InferenceReply> {
  if (request.kind === 'load') return load(request);
  if (model === undefined) throw new Error('no model is loaded');
  crashPoint('thread-running');
  return run(model, request.inputs, request.rowsAtOnce);
}

crashFromEnvironment(process.env);
let done = Promise.resolve();
parentPort?.on('message', (request: InferenceRequest) => {
  done = done.then(() => reply(request));
});

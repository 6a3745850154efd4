/**
 * The thread that runs the model. The runtime's `run` blocks the thread it is called on, and ending
 * a thread or the process during a run aborts the process; so this thread does nothing else, takes
 * one message at a time, and ends itself when it is asked to.
 */
import { parentPort } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { InferenceReply, InferenceRequest, ModelSetup } from './inference-messages.ts';

const inputName = 'pixel_values';
/** In order of preference: exports of the vision tower alone, and of the whole model. */
const outputNames = ['pooler_output', 'image_embeds'] as const;
const colourChannels = 3;

type LoadedModel = {
  readonly session: InferenceSession;
  readonly outputName: string;
  readonly setup: ModelSetup;
};

let model: LoadedModel | undefined;

async function load(setup: ModelSetup): Promise<InferenceReply> {
  const session = await InferenceSession.create(setup.modelPath, {
    executionProviders: ['cpu'],
    intraOpNumThreads: setup.threads,
    // Waiting threads would otherwise burn the cores that decode pictures.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const outputName = outputNames.find((name) => session.outputNames.includes(name));
  if (outputName === undefined || session.inputNames.join() !== inputName) {
    throw new Error(
      `the model takes ${session.inputNames.join(', ')} and gives ${session.outputNames.join(', ')}; ` +
        `needed is a vision tower that takes ${inputName} and gives ${outputNames.join(' or ')}`,
    );
  }
  model = { session, outputName, setup };
  // The first run allocates the model's memory: an unusable model fails here and not in a step.
  return run(model, new Float32Array(colourChannels * setup.width * setup.height), 1);
}

async function run(
  { session, outputName, setup }: LoadedModel,
  pixels: Float32Array,
  pictures: number,
): Promise<InferenceReply> {
  const started = performance.now();
  const shape = [pictures, colourChannels, setup.height, setup.width];
  const input = new Tensor('float32', pixels, shape);
  const { [outputName]: output } = await session.run({ [inputName]: input }, [outputName]);
  if (output === undefined || output.type !== 'float32' || output.dims.length !== 2) {
    throw new Error(
      `${outputName} is ${output?.type} [${output?.dims.join(', ')}], not float32 [n, d]`,
    );
  }
  // Copied, because the runtime's buffer cannot be handed to another thread.
  const vectors = Float32Array.from(output.data as Float32Array);
  return { kind: 'vectors', vectors, elapsedMs: performance.now() - started };
}

async function reply(request: InferenceRequest): Promise<void> {
  if (request.kind === 'close') {
    await model?.session.release();
    parentPort?.close();
    return;
  }
  try {
    const answer = await answerTo(request);
    parentPort?.postMessage(
      answer,
      answer.kind === 'vectors' ? [answer.vectors.buffer as ArrayBuffer] : [],
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ kind: 'failed', message } satisfies InferenceReply, []);
  }
}

function answerTo(request: Exclude<InferenceRequest, { kind: 'close' }>): Promise<InferenceReply> {
  if (request.kind === 'load') return load(request);
  if (model === undefined) throw new Error('no model is loaded');
  return run(model, request.pixels, request.pictures);
}

parentPort?.on('message', (request: InferenceRequest) => void reply(request));

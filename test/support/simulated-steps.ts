import sharp from 'sharp';
import { createAnswerActivities } from '../../activities/answer.ts';
import { createAskChat } from '../../activities/ask-chat.ts';
import { createEditPicture } from '../../activities/edit-picture.ts';
import { createGenerateActivities } from '../../activities/generate.ts';
import { createPaidCall } from '../../activities/paid-call.ts';
import { createPlanActivities } from '../../activities/plan.ts';
import type { FramePicture, FrameReader } from '../../activities/run-reader.ts';
import { pictureInfo } from '../../adapters/frames/picture.ts';
import { downloadPicture } from '../../adapters/models/download-picture.ts';
import { sendChat } from '../../adapters/models/send-chat.ts';
import { sendImageEdit } from '../../adapters/models/send-image-edit.ts';
import { armCrashPoints, type CrashPoint } from '../../domain/crash-points.ts';
import { sha256Hex } from '../../domain/hashing.ts';
import type { ImageModelSpec, RunSpec } from '../../domain/run-spec.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import type { GenerateResult } from '../../domain/step-results.ts';
import type { StepRecord } from '../../domain/stores/step-store.ts';
import type { FaultKind } from '../../simulator/server/provider-settings.ts';
import { reencodePicture } from '../../workers/frame-reader.ts';
import { openProvider } from '../simulator/server/provider-client.ts';
import { inActivity, openTestStores } from './fakes-activity.ts';
import {
  createSampleRun,
  leaveResult,
  planOf,
  readerOf,
  recorderOf,
  ref,
  stepSpec,
  videoFrames,
} from './fakes-item-steps.ts';
import { createLoneLimiter } from './memory-accounts.ts';
import { chatModel, imageModel } from './model-specs.ts';

/** Steps that are paid for. */
export type PaidStep = 'plan' | 'generate' | 'answer';
export const paidSteps: readonly PaidStep[] = ['plan', 'generate', 'answer'];

/** A request as it left. */
export type SentRequest = {
  readonly seed: number | null;
  readonly pictures: readonly FramePicture[];
};

export type StepChanges = {
  readonly drive?: number;
  readonly attempt?: number;
  readonly strategy?: Partial<RunSpec['strategy']>;
  readonly seed?: number | null;
  readonly image?: Partial<ImageModelSpec>;
};

const frameCount = 8;

/** Frames of a video as PNG, each of its own colour. */
async function drawFrames(): Promise<FramePicture[]> {
  const drawn = Array.from({ length: frameCount }, async (_, n) => {
    const background = { r: 20 * n, g: 120, b: 90 };
    const create = { width: 96, height: 54, channels: 3, background } as const;
    const bytes = new Uint8Array(await sharp({ create }).png().toBuffer());
    return { bytes, sha256: sha256Hex(bytes), ...(await pictureInfo(bytes)) };
  });
  return Promise.all(drawn);
}

/** Ends the work where the process would end that reaches a point for the so-many-th time. */
export function dieAt(point: CrashPoint, time: number): void {
  let reached = 0;
  armCrashPoints((at) => {
    if (at !== point || (reached += 1) !== time) return;
    armCrashPoints(null);
    throw new Error('the process is gone');
  });
}

/**
 * The paid steps of one item on the real call store, with the simulated provider and its bill, and a
 * hand on which of their requests are refused.
 */
export async function openSimulatedSteps() {
  const stores = await openTestStores();
  await createSampleRun(stores);
  const provider = await openProvider();
  const pictures = await drawFrames();
  const frames: FrameReader = {
    list: async () => videoFrames(frameCount),
    read: async (_, { frameId }) => pictures[frameId]!.bytes,
    picture: async (_, { frameId }) => pictures[frameId]!,
  };
  const sent: SentRequest[] = [];
  let refusals = Number.POSITIVE_INFINITY;

  async function leaving(request: SentRequest): Promise<void> {
    if (sent.length >= refusals) await provider.control({ faults: {} });
    sent.push(request);
  }

  function specOf({ strategy, seed = null, image }: StepChanges): RunSpec {
    const common = { baseUrl: `${provider.url()}/v1`, provider: 'simulated', seed } as const;
    const spec = stepSpec({ name: 'uniform', ...strategy });
    const chat = chatModel(common);
    const models = { ...spec.models, answer: chat, plan: chat };
    return { ...spec, models: { ...models, image: imageModel({ ...common, ...image }) } };
  }

  function activitiesOf(spec: RunSpec) {
    const paidCall = createPaidCall({
      calls: stores.calls,
      admission: async () => ({ admission: 'open', stop: null }),
      acquire: createLoneLimiter().acquire,
      stopRun: async () => {},
      processId: 'process-1',
      now: Date.now,
    });
    const askChat = createAskChat({
      paidCall,
      reencodePicture,
      async sendChat(sending) {
        await leaving({ seed: sending.seed, pictures: sending.media });
        return sendChat({ ...sending, apiKey: 'any' });
      },
    });
    const editPicture = createEditPicture({
      paidCall,
      reencodePicture,
      blobs: stores.blobs,
      indexes: stores.indexes,
      async sendImageEdit(sending) {
        await leaving({ seed: sending.seed, pictures: [sending.reference] });
        return sendImageEdit({ ...sending, apiKey: 'any' });
      },
      downloadPicture,
      checkPicture: pictureInfo,
    });
    const common = {
      reader: readerOf(spec),
      frames,
      blobs: stores.blobs,
      recordStep: recorderOf(stores),
    };
    return {
      plan: createPlanActivities({ ...common, askChat }).planImageRequests,
      generate: createGenerateActivities({ ...common, editPicture }).generateImage,
      answer: createAnswerActivities({ ...common, askChat }).answerQuestion,
    };
  }

  async function run(step: PaidStep, changes: StepChanges = {}): Promise<unknown> {
    const { drive = 1, attempt = 1 } = changes;
    if (step === 'generate') await leaveResult(stores, 'plan', 0, planOf(2));
    const activities = activitiesOf(specOf(changes));
    const about = { ...ref, drive, part: 0 };
    return inActivity<unknown>(() => activities[step](about), { attempt });
  }

  async function record(step: PaidStep): Promise<StepRecord | undefined> {
    const records = await stores.steps.ofItem(ref.runId, ref.itemId, ref.sample);
    return records.findLast((one) => one.step === step);
  }

  return {
    stores,
    /** The frames as stored, in order. */
    pictures,
    /** Requests that left, oldest first. */
    sent,
    /** The provider refuses the next requests so, that many of them or all. */
    async refuse(kind: FaultKind, times = Number.POSITIVE_INFINITY): Promise<void> {
      refusals = sent.length + times;
      await provider.control({ faults: { rate: 1, kinds: [kind] } });
    },
    run,
    /** `done`, or the class of the failure; for a picture, of what it fell back for. */
    async endOf(step: PaidStep, changes: StepChanges = {}): Promise<string> {
      try {
        await run(step, changes);
      } catch (error) {
        if (error instanceof StepError && error.action === 'fail') return error.failureClass;
        throw error;
      }
      const result = (await record(step))?.result as Partial<GenerateResult> | undefined;
      return result?.fallbackClass ?? 'done';
    },
    record,
    /** What the provider has billed, and what the ledger says was paid. */
    async money() {
      const entries = await provider.entries();
      const { settledUsd, openIntents } = await stores.calls.ledger(ref.runId);
      const billedUsd = entries.reduce((sum, { costUsd }) => sum + costUsd, 0);
      const billed = entries.filter((entry) => entry.billed).length;
      return { requests: entries.length, billed, billedUsd, settledUsd, open: openIntents.length };
    },
    async close(): Promise<void> {
      await provider.dispose();
      await stores.close();
    },
  };
}
export type SimulatedSteps = Awaited<ReturnType<typeof openSimulatedSteps>>;

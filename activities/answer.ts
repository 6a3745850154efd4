import { parseAnswer } from '../domain/answer-parsing.ts';
import type { Frame, Item } from '../domain/item.ts';
import { answerPrompt } from '../domain/prompts.ts';
import { redrawOf } from '../domain/redraw.ts';
import type { ShownFrame } from '../domain/row.ts';
import { type RunSpec, searchesFrames } from '../domain/run-spec.ts';
import { sampleIndexes } from '../domain/sampling.ts';
import { shownFrame } from '../domain/shown-frame.ts';
import { StepError } from '../domain/step-error.ts';
import type { AnswerResult, RetrieveResult } from '../domain/step-results.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { StepRecord } from '../domain/stores/step-store.ts';
import type { ItemRef, ItemResult } from '../domain/workflow-contract.ts';
import type { AskChat } from './ask-chat.ts';
import { orFewerFrames } from './or-fewer-frames.ts';
import { resultOf, type RecordStep, type StepWork } from './record-step.ts';
import type { FrameReader, RunReader } from './run-reader.ts';

export type AnswerDependencies = {
  readonly reader: RunReader;
  readonly frames: FrameReader;
  readonly blobs: BlobStore;
  readonly recordStep: RecordStep;
  readonly askChat: AskChat;
};

export function createAnswerActivities(dependencies: AnswerDependencies) {
  const { reader, frames, recordStep } = dependencies;
  return {
    /**
     * Shows the chosen frames and the question, keeps the raw reply, and reads the answer out of
     * it. A reply without an answer is a result (`unparsed`), never a guess.
     */
    async answerQuestion(ref: ItemRef): Promise<ItemResult> {
      const { answer } = await recordStep<AnswerResult>(ref, 'answer', 0, async (step) => {
        const spec = await reader.spec(ref.runId);
        const item = await reader.item(ref.runId, ref.itemId);
        const all = await frames.list(spec, item.videoIds[0]!);
        const result = await orFewerFrames(spec.strategy, {
          ...step,
          choose: (most) => chooseFrames(spec, all, step.records, most),
          ask: (chosen) => answerFrom(dependencies, { ref, step, spec, item, chosen }),
        });
        return { result, usable: result.answer !== null };
      });
      return { outcome: answer === null ? 'unparsed' : 'answered' };
    },
  };
}
export type AnswerActivities = ReturnType<typeof createAnswerActivities>;

/** Asks about the chosen frames, and reads the answer out of the reply. */
async function answerFrom(
  { frames, blobs, askChat }: AnswerDependencies,
  about: {
    readonly ref: ItemRef;
    readonly step: Parameters<StepWork<AnswerResult>>[0];
    readonly spec: RunSpec;
    readonly item: Item;
    readonly chosen: readonly Frame[];
  },
): Promise<AnswerResult> {
  const { ref, step, spec, item, chosen } = about;
  const { question, options } = item;
  const pictures = await Promise.all(chosen.map((frame) => frames.picture(spec, frame)));
  const reply = await askChat({
    ...step,
    spec,
    model: spec.models.answer,
    request: answerPrompt({ question, options, frames: pictures }),
    media: pictures,
    redraw: redrawOf(step.records, 'answer', 0, ref.drive),
  });
  const replyArtifact = await blobs.put(new TextEncoder().encode(reply.text));
  const parsed = parseAnswer(reply.text, options);
  return {
    answer: parsed?.answer ?? null,
    answerText: parsed?.answerText ?? null,
    parseRule: parsed?.rule ?? null,
    replyArtifact,
    responseModel: reply.responseModel,
    shown: chosen.map(shownFrame),
  };
}

/**
 * The frames that retrieval chose, the best of them where there may be fewer, or evenly spaced ones for
 * a strategy without retrieval.
 */
function chooseFrames(
  { strategy }: RunSpec,
  all: readonly Frame[],
  records: readonly StepRecord[],
  most: number,
): Frame[] {
  if (!searchesFrames(strategy)) {
    const count = Math.min(strategy.answerFrames ?? strategy.initialFrames, most);
    return sampleIndexes(strategy.sampling, all.length, count).map((index) => all[index]!);
  }
  const byId = new Map(all.map((frame) => [frame.frameId, frame]));
  const found = resultOf<RetrieveResult>(records, 'embed-retrieve', 0);
  return bestOf(found, most).map(({ video_id, frame_id }) => {
    const frame = byId.get(frame_id);
    if (frame !== undefined) return frame;
    throw new StepError('frames_missing', 'fail', `${video_id} no longer has frame ${frame_id}`);
  });
}

/** The frames that were chosen first, in the order they are shown: `retrieved` has the best in front. */
function bestOf({ retrieved, chosen }: RetrieveResult, most: number): readonly ShownFrame[] {
  if (chosen.length <= most) return chosen;
  const best = new Set(retrieved.slice(0, most).map(({ frame_id }) => frame_id));
  return chosen.filter(({ frame_id }) => best.has(frame_id));
}

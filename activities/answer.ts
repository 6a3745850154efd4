import { parseAnswer } from '../domain/answer-parsing.ts';
import type { Frame, Item } from '../domain/item.ts';
import { answerPrompt } from '../domain/prompts.ts';
import { redrawOf } from '../domain/redraw.ts';
import { type RunSpec, searchesFrames } from '../domain/run-spec.ts';
import { sampleIndexes } from '../domain/sampling.ts';
import { StepError } from '../domain/step-error.ts';
import type { AnswerResult, RetrieveResult } from '../domain/step-results.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { StepRecord } from '../domain/stores/step-store.ts';
import type { ItemRef, ItemResult } from '../domain/workflow-contract.ts';
import type { AskChat } from './ask-chat.ts';
import { resultOf, type RecordStep } from './record-step.ts';
import type { FrameReader, RunReader } from './run-reader.ts';
import { shownFrame } from '../domain/shown-frame.ts';

export type AnswerDependencies = {
  readonly reader: RunReader;
  readonly frames: FrameReader;
  readonly blobs: BlobStore;
  readonly recordStep: RecordStep;
  readonly askChat: AskChat;
};

export function createAnswerActivities(dependencies: AnswerDependencies) {
  const { reader, frames, blobs, recordStep, askChat } = dependencies;
  return {
    /**
     * Shows the chosen frames and the question, keeps the raw reply, and reads the answer out of
     * it. A reply without an answer is a result (`unparsed`), never a guess.
     */
    async answerQuestion(ref: ItemRef): Promise<ItemResult> {
      const { answer } = await recordStep<AnswerResult>(ref, 'answer', 0, async (step) => {
        const spec = await reader.spec(ref.runId);
        const item = await reader.item(ref.runId, ref.itemId);
        const chosen = await chooseFrames(spec, item, frames, step.records);
        const pictures = await Promise.all(chosen.map((frame) => frames.picture(spec, frame)));
        const reply = await askChat({
          ...step,
          spec,
          model: spec.models.answer,
          request: answerPrompt({
            question: item.question,
            options: item.options,
            frames: pictures,
          }),
          media: pictures,
          redraw: redrawOf(step.records, 'answer', 0, ref.drive),
        });
        const replyArtifact = await blobs.put(new TextEncoder().encode(reply.text));
        const parsed = parseAnswer(reply.text, item.options);
        return {
          result: {
            answer: parsed?.answer ?? null,
            answerText: parsed?.answerText ?? null,
            parseRule: parsed?.rule ?? null,
            replyArtifact,
            responseModel: reply.responseModel,
            shown: chosen.map(shownFrame),
          },
          usable: parsed !== null,
        };
      });
      return { outcome: answer === null ? 'unparsed' : 'answered' };
    },
  };
}
export type AnswerActivities = ReturnType<typeof createAnswerActivities>;

/** The frames that retrieval chose, or evenly spaced ones for a strategy without retrieval. */
async function chooseFrames(
  spec: RunSpec,
  item: Item,
  frames: FrameReader,
  records: readonly StepRecord[],
): Promise<Frame[]> {
  const all = await frames.list(spec, item.videoIds[0]!);
  if (!searchesFrames(spec.strategy)) {
    const { answerFrames, initialFrames, sampling } = spec.strategy;
    return sampleIndexes(sampling, all.length, answerFrames ?? initialFrames).map(
      (index) => all[index]!,
    );
  }
  const byId = new Map(all.map((frame) => [frame.frameId, frame]));
  return resultOf<RetrieveResult>(records, 'embed-retrieve', 0).chosen.map(({ frame_id }) => {
    const frame = byId.get(frame_id);
    if (frame !== undefined) return frame;
    throw new StepError(
      'frames_missing',
      'fail',
      `${item.videoIds[0]} no longer has frame ${frame_id}`,
    );
  });
}

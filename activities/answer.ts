import { parseAnswer } from '../domain/replies/answer-parsing.ts';
import { answerPrompt, shownOrder, takesWholeReply } from '../domain/prompts/answer-prompt.ts';
import { splitFrameBudget } from '../domain/prompts/frame-budget.ts';
import type { Frame, Item } from '../domain/item.ts';
import { redrawOf } from '../domain/calls/redraw.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import type { ShownFrame } from '../domain/row.ts';
import { shownFrame } from '../domain/frames/shown-frame.ts';
import { StepError } from '../domain/errors/step-error.ts';
import { ruleScores } from '../domain/suites/reply-rules.ts';
import type { AnswerResult, RetrieveResult } from '../domain/step-results.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { StepRecord } from '../domain/stores/step-store.ts';
import { isBlind, searchesFrames } from '../domain/strategy-spec.ts';
import { parseWholeReply } from '../domain/replies/whole-reply.ts';
import type { ItemRef, ItemResult } from '../domain/workflow-contract.ts';
import type { AskChat } from './ask-chat.ts';
import { orFewerFrames } from './or-fewer-frames.ts';
import { resultOf, type RecordStep, type StepWork } from './record-step.ts';
import type { FrameReader, RunReader } from './run-reader.ts';
import { sampleVideos, withPictures } from './show-videos.ts';

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
        const result = await orFewerFrames(spec.strategy, {
          ...step,
          choose: (most) => chooseFrames(spec, item, frames, { records: step.records, most }),
          ask: (chosen) => answerFrom(dependencies, { ref, step, spec, item, chosen }),
        });
        return { result, usable: result.answer !== null };
      });
      return { outcome: answer === null ? 'unparsed' : 'answered' };
    },
  };
}
export type AnswerActivities = ReturnType<typeof createAnswerActivities>;

/** Asks about the chosen frames of each video, and reads the answer out of the reply. */
async function answerFrom(
  { frames, blobs, askChat }: AnswerDependencies,
  given: {
    readonly ref: ItemRef;
    readonly step: Parameters<StepWork<AnswerResult>>[0];
    readonly spec: RunSpec;
    readonly item: Item;
    readonly chosen: readonly (readonly Frame[])[];
  },
): Promise<AnswerResult> {
  const { ref, step, spec, item, chosen } = given;
  const videos = await withPictures(spec, frames, chosen);
  const about = { item, prompt: spec.prompt ?? {} };
  const reply = await askChat({
    ...step,
    spec,
    model: spec.models.answer,
    request: answerPrompt({ ...about, videos }),
    media: videos.flat(),
    redraw: redrawOf(step.records, 'answer', 0, ref.drive),
  });
  const replyArtifact = await blobs.put(new TextEncoder().encode(reply.text));
  const parsed = takesWholeReply(about)
    ? parseWholeReply(reply.text)
    : parseAnswer(reply.text, item.options);
  return {
    answer: parsed?.answer ?? null,
    answerText: parsed?.answerText ?? null,
    parseRule: parsed?.rule ?? null,
    replyArtifact,
    responseModel: reply.responseModel,
    shown: shownOrder(about, chosen.length).flatMap((video) => chosen[video]!.map(shownFrame)),
    ruleScores: ruleScores(spec.dataset.format, reply.text, item, parsed !== null),
  };
}

/**
 * The frames of each video: those that retrieval chose, the best of them where there may be fewer,
 * evenly spaced ones for a strategy without retrieval, or none.
 */
async function chooseFrames(
  spec: RunSpec,
  item: Item,
  frames: FrameReader,
  { records, most }: { readonly records: readonly StepRecord[]; readonly most: number },
): Promise<Frame[][]> {
  const { strategy } = spec;
  if (isBlind(strategy)) return item.videoIds.map(() => []);
  if (!searchesFrames(strategy)) {
    const budget = Math.min(strategy.answerFrames ?? strategy.initialFrames, most);
    return sampleVideos(spec, item, frames, budget);
  }
  const found = resultOf<RetrieveResult>(records, 'embed-retrieve', 0);
  const chosen = bestOf(found, item.videoIds, most);
  return Promise.all(
    item.videoIds.map(async (videoId) => {
      const all = await frames.list(spec, videoId);
      const byId = new Map(all.map((frame) => [frame.frameId, frame]));
      const ofVideo = chosen.filter(({ video_id }) => video_id === videoId);
      return ofVideo.map(({ frame_id }) => {
        const frame = byId.get(frame_id);
        if (frame !== undefined) return frame;
        throw new StepError('frames_missing', 'fail', `${videoId} no longer has frame ${frame_id}`);
      });
    }),
  );
}

type NamedFrame = Pick<ShownFrame, 'video_id' | 'frame_id'>;

/**
 * The frames that were chosen first, each video's share of `most`, in the order they are shown:
 * `retrieved` has the best of a video in front.
 */
function bestOf(
  { retrieved, chosen }: RetrieveResult,
  videoIds: readonly string[],
  most: number,
): readonly ShownFrame[] {
  if (chosen.length <= most) return chosen;
  const ofVideo = (frames: readonly NamedFrame[], videoId: string) =>
    frames.filter(({ video_id }) => video_id === videoId);
  const counts = videoIds.map((videoId) => ofVideo(chosen, videoId).length);
  const shares = splitFrameBudget(most, counts);
  const best = videoIds.flatMap((videoId, video) =>
    ofVideo(retrieved, videoId).slice(0, shares[video]),
  );
  const nameOf = ({ video_id, frame_id }: NamedFrame) => JSON.stringify([video_id, frame_id]);
  const names = new Set(best.map(nameOf));
  return chosen.filter((frame) => names.has(nameOf(frame)));
}

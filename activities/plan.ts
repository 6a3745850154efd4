import type { Frame, Item } from '../domain/item.ts';
import { parsePlan } from '../domain/replies/plan-parsing.ts';
import { numberFrames, planPrompt, repairPrompt } from '../domain/prompts/plan-prompt.ts';
import { redrawOf } from '../domain/calls/redraw.ts';
import type { PlannedImage } from '../domain/row.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { PlanResult } from '../domain/step-results.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { ItemRef } from '../domain/workflow-contract.ts';
import type { AskChat } from './ask-chat.ts';
import { orFewerFrames } from './or-fewer-frames.ts';
import type { RecordStep, StepWork } from './record-step.ts';
import type { FrameReader, RunReader } from './run-reader.ts';
import { sampleVideos, withPictures } from './show-videos.ts';

export type PlanDependencies = {
  readonly reader: RunReader;
  readonly frames: FrameReader;
  readonly blobs: BlobStore;
  readonly recordStep: RecordStep;
  readonly askChat: AskChat;
};

export function createPlanActivities(dependencies: PlanDependencies) {
  const { reader, frames, recordStep } = dependencies;
  return {
    /**
     * Shows evenly spaced frames with their ids and asks which pictures would help to answer.
     * An unusable plan gets one repair call with the parser's complaint, then fails the item.
     */
    async planImageRequests(ref: ItemRef): Promise<{ pictures: number }> {
      const plan = await recordStep<PlanResult>(ref, 'plan', 0, async (step) => {
        const spec = await reader.spec(ref.runId);
        const item = await reader.item(ref.runId, ref.itemId);
        const { initialFrames } = spec.strategy;
        const result = await orFewerFrames(spec.strategy, {
          ...step,
          choose: (most) => sampleVideos(spec, item, frames, Math.min(initialFrames, most)),
          ask: (sampled) => planFrom(dependencies, { ref, step, spec, item, sampled }),
        });
        return { result, usable: true };
      });
      return { pictures: plan.planned.length };
    },
  };
}
export type PlanActivities = ReturnType<typeof createPlanActivities>;

/** Asks for a plan about the sampled frames of each video, and for its repair where it cannot be used. */
async function planFrom(
  { frames, blobs, askChat }: PlanDependencies,
  about: {
    readonly ref: ItemRef;
    readonly step: Parameters<StepWork<PlanResult>>[0];
    readonly spec: RunSpec;
    readonly item: Item;
    readonly sampled: readonly (readonly Frame[])[];
  },
): Promise<PlanResult> {
  const { ref, step, spec, item, sampled } = about;
  const { maxImageRequests } = spec.strategy;
  const videos = await withPictures(spec, frames, sampled);
  const shown = numberFrames(videos);
  const { question, options } = item;
  const request = planPrompt({ question, options, videos, maxImageRequests });
  const limits = { sampledFrameIds: shown.map(({ id }) => id), maxImageRequests };
  const redraw = redrawOf(step.records, 'plan', 0, ref.drive);
  const common = { ...step, spec, model: spec.models.plan, media: videos.flat(), redraw };

  let { text: reply } = await askChat({ ...common, request });
  let parsed = parsePlan(reply, limits);
  if ('complaint' in parsed) {
    const repair = repairPrompt(request, reply, parsed.complaint);
    ({ text: reply } = await askChat({ ...common, request: repair }));
    parsed = parsePlan(reply, limits);
  }
  if ('complaint' in parsed) {
    const message = `The plan was unusable twice: ${parsed.complaint}`;
    throw new StepError('plan_invalid', 'fail', message);
  }
  const replyArtifact = await blobs.put(new TextEncoder().encode(reply));
  const { dropped, rule } = parsed;
  const planned = parsed.planned.map((image): PlannedImage => {
    // Of several videos a plan knows frames by their places: those of the videos are recorded.
    if (videos.length === 1) return image;
    const { frame, video } = shown.find(({ id }) => id === image.used_frame_id)!;
    return { ...image, used_frame_id: frame.frameId, video_id: item.videoIds[video]! };
  });
  return { planned, dropped, parseRule: rule, replyArtifact };
}

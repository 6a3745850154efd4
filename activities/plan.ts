import type { Frame } from '../domain/item.ts';
import type { ChatRequest } from '../domain/model-call.ts';
import { parsePlan } from '../domain/plan-parsing.ts';
import { planPrompt, repairPrompt } from '../domain/prompts.ts';
import { redrawOf } from '../domain/redraw.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import { sampleIndexes } from '../domain/sampling.ts';
import { StepError } from '../domain/step-error.ts';
import type { PlanResult } from '../domain/step-results.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { ItemRef } from '../domain/workflow-contract.ts';
import type { AskChat } from './ask-chat.ts';
import type { RecordStep, StepWork } from './record-step.ts';
import type { FrameReader, RunReader } from './run-reader.ts';

export type PlanDependencies = {
  readonly reader: RunReader;
  readonly frames: FrameReader;
  readonly blobs: BlobStore;
  readonly recordStep: RecordStep;
  readonly askChat: AskChat;
};

export function createPlanActivities(dependencies: PlanDependencies) {
  const { blobs, recordStep } = dependencies;
  return {
    /**
     * Shows evenly spaced frames with their ids and asks which pictures would help to answer.
     * An unusable plan gets one repair call with the parser's complaint, then fails the item.
     */
    async planImageRequests(ref: ItemRef): Promise<{ pictures: number }> {
      const plan = await recordStep<PlanResult>(ref, 'plan', 0, async (step) => {
        const { ask, request, limits } = await prepare(dependencies, ref, step);
        let reply = await ask(request);
        let parsed = parsePlan(reply, limits);
        if ('complaint' in parsed) {
          reply = await ask(repairPrompt(request, reply, parsed.complaint));
          parsed = parsePlan(reply, limits);
        }
        if ('complaint' in parsed) {
          const message = `The plan was unusable twice: ${parsed.complaint}`;
          throw new StepError('plan_invalid', 'fail', message);
        }
        const replyArtifact = await blobs.put(new TextEncoder().encode(reply));
        const { planned, dropped, rule } = parsed;
        return { result: { planned, dropped, parseRule: rule, replyArtifact }, usable: true };
      });
      return { pictures: plan.planned.length };
    },
  };
}
export type PlanActivities = ReturnType<typeof createPlanActivities>;

/** The request about the sampled frames, and what sends it. */
async function prepare(
  { reader, frames, askChat }: PlanDependencies,
  ref: ItemRef,
  step: Parameters<StepWork<PlanResult>>[0],
) {
  const spec = await reader.spec(ref.runId);
  const item = await reader.item(ref.runId, ref.itemId);
  const { maxImageRequests } = spec.strategy;
  const sampled = await sampleFrames(spec, item.videoIds, frames);
  const media = await Promise.all(sampled.map((frame) => frames.picture(spec, frame)));
  const redraw = redrawOf(step.records, 'plan', 0, ref.drive);
  return {
    request: planPrompt({
      question: item.question,
      options: item.options,
      frames: sampled.map((frame, index) => ({ frameId: frame.frameId, ...media[index]! })),
      maxImageRequests,
    }),
    limits: { sampledFrameIds: sampled.map((frame) => frame.frameId), maxImageRequests },
    async ask(request: ChatRequest): Promise<string> {
      const { text } = await askChat({
        ...step,
        spec,
        model: spec.models.plan,
        request,
        media,
        redraw,
      });
      return text;
    },
  };
}

async function sampleFrames(
  spec: RunSpec,
  videoIds: readonly string[],
  frames: FrameReader,
): Promise<Frame[]> {
  const all = await frames.list(spec, videoIds[0]!);
  const { sampling, initialFrames } = spec.strategy;
  return sampleIndexes(sampling, all.length, initialFrames).map((index) => all[index]!);
}

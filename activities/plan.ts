import type { Frame } from '../domain/item.ts';
import { parsePlan } from '../domain/plan-parsing.ts';
import { planPrompt, repairPrompt } from '../domain/prompts.ts';
import { redrawOf } from '../domain/redraw.ts';
import { uniformFloor } from '../domain/sampling.ts';
import { StepError } from '../domain/step-error.ts';
import type { PlanResult } from '../domain/step-results.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { ItemRef } from '../domain/workflow-contract.ts';
import type { AskChat } from './ask-chat.ts';
import type { RecordStep } from './record-step.ts';
import type { FrameReader, RunReader } from './run-reader.ts';

export type PlanDependencies = {
  readonly reader: RunReader;
  readonly frames: FrameReader;
  readonly blobs: BlobStore;
  readonly recordStep: RecordStep;
  readonly askChat: AskChat;
};

export function createPlanActivities({
  reader,
  frames,
  blobs,
  recordStep,
  askChat,
}: PlanDependencies) {
  return {
    /**
     * Shows evenly spaced frames with their ids and asks which pictures would help to answer.
     * An unusable plan gets one repair call with the parser's complaint, then fails the item.
     */
    async planImageRequests(ref: ItemRef): Promise<{ pictures: number }> {
      const plan = await recordStep<PlanResult>(ref, 'plan', 0, async (step) => {
        const spec = await reader.spec(ref.runId);
        const item = await reader.item(ref.runId, ref.itemId);
        const sampled = await sampleFrames(spec, item.videoIds, frames);
        const pictures = await Promise.all(sampled.map((frame) => frames.picture(spec, frame)));
        const request = planPrompt({
          question: item.question,
          frames: sampled.map((frame, index) => ({ frameId: frame.frameId, ...pictures[index]! })),
          maxImageRequests: spec.strategy.maxImageRequests,
        });
        const ask = (repaired: typeof request) =>
          askChat({
            ...step,
            spec,
            model: spec.models.plan,
            request: repaired,
            media: pictures,
            redraw: redrawOf(step.records, 'plan', 0, ref.drive),
          });
        const limits = {
          sampledFrameIds: sampled.map((frame) => frame.frameId),
          maxImageRequests: spec.strategy.maxImageRequests,
        };
        let reply = await ask(request);
        let parsed = parsePlan(reply.text, limits);
        if ('complaint' in parsed) {
          reply = await ask(repairPrompt(request, reply.text, parsed.complaint));
          parsed = parsePlan(reply.text, limits);
        }
        if ('complaint' in parsed) {
          throw new StepError(
            'plan_invalid',
            'fail',
            `The plan was unusable twice: ${parsed.complaint}`,
          );
        }
        const replyArtifact = await blobs.put(new TextEncoder().encode(reply.text));
        const { planned, dropped, rule } = parsed;
        return { result: { planned, dropped, parseRule: rule, replyArtifact }, usable: true };
      });
      return { pictures: plan.planned.length };
    },
  };
}
export type PlanActivities = ReturnType<typeof createPlanActivities>;

async function sampleFrames(
  spec: Parameters<FrameReader['list']>[0],
  videoIds: readonly string[],
  frames: FrameReader,
): Promise<Frame[]> {
  const all = await frames.list(spec, videoIds[0]!);
  return uniformFloor(all.length, spec.strategy.initialFrames).map((index) => all[index]!);
}

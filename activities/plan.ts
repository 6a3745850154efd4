import type { Frame, Item } from '../domain/item.ts';
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
import { orFewerFrames } from './or-fewer-frames.ts';
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
        const all = await frames.list(spec, item.videoIds[0]!);
        const result = await orFewerFrames(spec.strategy, {
          ...step,
          choose: (most) => sampleFrames(spec, all, most),
          ask: (sampled) => planFrom(dependencies, { ref, step, spec, item, sampled }),
        });
        return { result, usable: true };
      });
      return { pictures: plan.planned.length };
    },
  };
}
export type PlanActivities = ReturnType<typeof createPlanActivities>;

function sampleFrames({ strategy }: RunSpec, all: readonly Frame[], most: number): Frame[] {
  const count = Math.min(strategy.initialFrames, most);
  return sampleIndexes(strategy.sampling, all.length, count).map((index) => all[index]!);
}

/** Asks for a plan about the sampled frames, and for its repair where it cannot be used. */
async function planFrom(
  { frames, blobs, askChat }: PlanDependencies,
  about: {
    readonly ref: ItemRef;
    readonly step: Parameters<StepWork<PlanResult>>[0];
    readonly spec: RunSpec;
    readonly item: Item;
    readonly sampled: readonly Frame[];
  },
): Promise<PlanResult> {
  const { ref, step, spec, item, sampled } = about;
  const { maxImageRequests } = spec.strategy;
  const media = await Promise.all(sampled.map((frame) => frames.picture(spec, frame)));
  const request = planPrompt({
    question: item.question,
    options: item.options,
    frames: sampled.map((frame, index) => ({ frameId: frame.frameId, ...media[index]! })),
    maxImageRequests,
  });
  const limits = { sampledFrameIds: sampled.map((frame) => frame.frameId), maxImageRequests };
  const redraw = redrawOf(step.records, 'plan', 0, ref.drive);
  const common = { ...step, spec, model: spec.models.plan, media, redraw };

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
  const { planned, dropped, rule } = parsed;
  return { planned, dropped, parseRule: rule, replyArtifact };
}

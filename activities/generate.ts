import type { FailureClass } from '../domain/outcome.ts';
import type { Frame, Item } from '../domain/item.ts';
import { redrawOf } from '../domain/calls/redraw.ts';
import type { PlannedImage } from '../domain/row.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { GenerateResult, PlanResult } from '../domain/step-results.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { ItemRef } from '../domain/workflow-contract.ts';
import type { EditPicture } from './edit-picture.ts';
import { resultOf, type RecordStep, type StepWork } from './record-step.ts';
import type { FrameReader, RunReader } from './run-reader.ts';

export type GenerateDependencies = {
  readonly reader: RunReader;
  readonly frames: FrameReader;
  readonly blobs: BlobStore;
  readonly recordStep: RecordStep;
  readonly editPicture: EditPicture;
};

/** What a whole run suffers from, or this side: another picture would not be had either. */
const notThePicture: readonly FailureClass[] = ['auth', 'quota', 'model_gone', 'storage'];

/** This picture's content or media was refused; another picture may still be drawn. */
const refusals: readonly FailureClass[] = ['refused_input', 'refused_output', 'bad_media'];

export function createGenerateActivities(dependencies: GenerateDependencies) {
  const { recordStep } = dependencies;
  return {
    /**
     * Edits one reference frame into one imagined picture and stores its bytes. Where the strategy
     * allows it, a picture that cannot be had is replaced by its unedited reference frame.
     */
    async generateImage(
      ref: ItemRef & { readonly part: number },
    ): Promise<Pick<GenerateResult, 'source'>> {
      const { source } = await recordStep<GenerateResult>(ref, 'generate', ref.part, (step) =>
        generate(dependencies, ref, step),
      );
      return { source };
    },
  };
}
export type GenerateActivities = ReturnType<typeof createGenerateActivities>;

async function generate(
  { reader, frames, blobs, editPicture }: GenerateDependencies,
  ref: ItemRef & { readonly part: number },
  step: Parameters<StepWork<GenerateResult>>[0],
): Promise<{ result: GenerateResult; usable: true }> {
  const spec = await reader.spec(ref.runId);
  const item = await reader.item(ref.runId, ref.itemId);
  const plan = resultOf<PlanResult>(step.records, 'plan', 0).planned[ref.part]!;
  const frame = await referenceFrame(frames, spec, item, plan);
  const reference = await frames.picture(spec, frame);
  try {
    const picture = await editPicture({
      ...step,
      spec,
      model: spec.models.image!,
      prompt: plan.prompt,
      reference,
      redraw: redrawOf(step.records, 'generate', ref.part, ref.drive),
    });
    return { result: { ...picture, source: 'generated', fallbackClass: null }, usable: true };
  } catch (error) {
    if (!(error instanceof StepError) || !fallsBack(error, spec)) throw error;
    const { width, height } = reference;
    const artifact = await blobs.put(reference.bytes);
    const fallbackClass = error.failureClass;
    return {
      result: { artifact, width, height, source: 'reference', fallbackClass },
      usable: true,
    };
  }
}

/** The frame that a planned picture begins with. */
export async function referenceFrame(
  frames: FrameReader,
  spec: RunSpec,
  item: Item,
  { used_frame_id: frameId, video_id: videoId = item.videoIds[0]! }: PlannedImage,
): Promise<Frame> {
  const all = await frames.list(spec, videoId);
  const frame = all.find((candidate) => candidate.frameId === frameId);
  if (frame !== undefined) return frame;
  throw new StepError('frames_missing', 'fail', `${videoId} no longer has frame ${frameId}`);
}

/** Waiting, pausing and stopping never fall back: only a picture that is lost for good does. */
function fallsBack(error: StepError, spec: RunSpec): boolean {
  if (error.action !== 'fail' || notThePicture.includes(error.failureClass)) return false;
  return spec.strategy.onImageFailure === 'always' || refusals.includes(error.failureClass);
}

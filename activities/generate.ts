import type { FailureClass } from '../domain/outcome.ts';
import type { Item } from '../domain/item.ts';
import { redrawOf } from '../domain/redraw.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import { StepError } from '../domain/step-error.ts';
import type { GenerateResult, PlanResult } from '../domain/step-results.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { ItemRef } from '../domain/workflow-contract.ts';
import type { EditPicture } from './edit-picture.ts';
import { resultOf, type RecordStep } from './record-step.ts';
import type { FramePicture, FrameReader, RunReader } from './run-reader.ts';

export type GenerateDependencies = {
  readonly reader: RunReader;
  readonly frames: FrameReader;
  readonly blobs: BlobStore;
  readonly recordStep: RecordStep;
  readonly editPicture: EditPicture;
};

/** This picture's content or media was refused; another picture may still be drawn. */
const refusals: readonly FailureClass[] = ['refused_input', 'refused_output', 'bad_media'];

export function createGenerateActivities(dependencies: GenerateDependencies) {
  const { reader, frames, blobs, recordStep, editPicture } = dependencies;
  return {
    /**
     * Edits one reference frame into one imagined picture and stores its bytes. Where the strategy
     * allows it, a picture that cannot be had is replaced by its unedited reference frame.
     */
    async generateImage(
      ref: ItemRef & { readonly part: number },
    ): Promise<Pick<GenerateResult, 'source'>> {
      const { source } = await recordStep<GenerateResult>(
        ref,
        'generate',
        ref.part,
        async (step) => {
          const spec = await reader.spec(ref.runId);
          const item = await reader.item(ref.runId, ref.itemId);
          const plan = resultOf<PlanResult>(step.records, 'plan', 0).planned[ref.part]!;
          const reference = await referencePicture(frames, spec, item, plan.used_frame_id);
          try {
            const picture = await editPicture({
              ...step,
              spec,
              model: spec.models.image!,
              prompt: plan.prompt,
              reference,
              redraw: redrawOf(step.records, 'generate', ref.part, ref.drive),
            });
            return {
              result: { ...picture, source: 'generated', fallbackClass: null },
              usable: true,
            };
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
        },
      );
      return { source };
    },
  };
}
export type GenerateActivities = ReturnType<typeof createGenerateActivities>;

/** The frame of a video with this number. */
export async function referencePicture(
  frames: FrameReader,
  spec: RunSpec,
  item: Item,
  frameId: number,
): Promise<FramePicture> {
  const all = await frames.list(spec, item.videoIds[0]!);
  const frame = all.find((candidate) => candidate.frameId === frameId);
  if (frame === undefined) {
    throw new StepError(
      'frames_missing',
      'fail',
      `${item.videoIds[0]} no longer has frame ${frameId}`,
    );
  }
  return frames.picture(spec, frame);
}

/** Waiting, pausing and stopping never fall back: only a picture that is lost for good does. */
function fallsBack(error: StepError, spec: RunSpec): boolean {
  if (error.action !== 'fail') return false;
  return spec.strategy.onImageFailure === 'always' || refusals.includes(error.failureClass);
}

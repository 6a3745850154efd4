import { Context } from '@temporalio/activity';
import { accountLimits } from '../domain/limits/account-limits.ts';
import { budgetOf } from '../domain/money/budget.ts';
import { callKey, seedOf, takesSeed } from '../domain/calls/call-key.ts';
import { crashPoint } from '../domain/crash-points.ts';
import { type PictureReply, readImageEnvelope } from '../domain/calls/image-envelope.ts';
import { pictureSize } from '../domain/frames/picture-size.ts';
import type { ImageEditRequest, WireReply } from '../domain/calls/model-call.ts';
import { imagePrice, mostImagePrice, utf8Length } from '../domain/money/pricing.ts';
import type { Remedy } from '../domain/errors/remedy.ts';
import type { ImageModelSpec, RunSpec } from '../domain/run-spec.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { CallOwner } from '../domain/stores/call-store.ts';
import type { IndexStore } from '../domain/stores/index-store.ts';
import type { PaidCall } from './paid-call.ts';
import { type CachedCall, endOfTries } from './record-step.ts';
import type { FramePicture } from './run-reader.ts';
import { type Draft, type RemedyDependencies, withRemedies } from './with-remedies.ts';

/** One picture request as it goes out. */
export type ImageSending = {
  readonly model: ImageModelSpec;
  readonly request: ImageEditRequest;
  readonly reference: FramePicture;
  readonly seed: number | null;
  readonly signal: AbortSignal;
  readonly clientRequestId: string;
};

export type EditPictureDependencies = RemedyDependencies & {
  readonly paidCall: PaidCall;
  readonly blobs: BlobStore;
  readonly indexes: IndexStore;
  readonly sendImageEdit: (sending: ImageSending) => Promise<WireReply>;
  /** Status, type, size and host checked; @throws {StepError} */
  readonly downloadPicture: (url: string, trustedBaseUrl: string) => Promise<Uint8Array>;
  /** Size in pixels of a picture; @throws {StepError} class `bad_envelope` when the bytes are none */
  readonly checkPicture: (
    bytes: Uint8Array,
  ) => Promise<{ readonly width: number; readonly height: number }>;
};

/** What is drawn, by which model, for which step. */
type Edit = {
  readonly owner: CallOwner;
  readonly spec: RunSpec;
  readonly model: ImageModelSpec;
  readonly prompt: string;
  readonly reference: FramePicture;
  readonly redraw: number;
  /** Attempts of the step that did not end in a failed call, this one included. */
  readonly tries: number;
  readonly noteCached: (call: CachedCall) => void;
  readonly noteRemedy: (remedy: Remedy) => void;
};

/**
 * Has one picture edited, once more where a refusal may be mended, and stores its bytes as soon as they
 * are here.
 */
export function createEditPicture(dependencies: EditPictureDependencies) {
  return async function editPicture(
    edit: Edit,
  ): Promise<{ artifact: string; width: number; height: number }> {
    const { model, reference, redraw, tries, noteRemedy } = edit;
    const first = { pictures: [reference], redraw };
    const about = { takesSeed: takesSeed(model), noteRemedy };
    const { key, picture } = await withRemedies(dependencies, first, about, (draft) =>
      drawOnce(dependencies, edit, draft),
    );
    return keepPicture(dependencies, picture, { key, baseUrl: model.baseUrl, tries });
  };
}
export type EditPicture = ReturnType<typeof createEditPicture>;

async function drawOnce(
  { paidCall, sendImageEdit }: EditPictureDependencies,
  edit: Edit,
  { pictures, redraw }: Draft,
): Promise<{ readonly key: string; readonly picture: PictureReply }> {
  const { owner, spec, model } = edit;
  const reference = pictures[0]!;
  const { sha256, mediaType } = reference;
  const request: ImageEditRequest = {
    prompt: edit.prompt,
    reference: { type: 'image', sha256, mediaType },
    size: pictureSize(model.size, edit.reference, model),
  };
  const seed = seedOf(model.seed, owner.sample, redraw);
  const key = callKey({
    provider: model.provider,
    endpointIdentity: model.endpointIdentity,
    model: model.model,
    request: { ...request, extraBody: model.extraBody, seed },
    sample: owner.sample,
    redraw,
    cacheScope: spec.run.cache === 'run' ? spec.runId : null,
  });
  const { value, usage, listUsd, isCached } = await paidCall<PictureReply>({
    owner,
    model,
    limits: accountLimits(spec, model),
    priority: spec.run.priority,
    callKey: key,
    activityId: Context.current().info.activityId,
    mostUsd: mostImagePrice(model.price, {
      promptBytes: utf8Length(edit.prompt),
      size: request.size,
    }),
    // Where a provider counts tokens of pictures, they are taken when it says how many.
    expectedTokens: 0,
    budget: budgetOf(spec),
    send: (signal, clientRequestId) =>
      sendImageEdit({ model, request, reference, seed, signal, clientRequestId }),
    read: (reply) => readImageEnvelope(model.provider, reply),
    price: (used) => imagePrice(model.price, used),
  });
  if (isCached) edit.noteCached({ usage, listUsd });
  return { key, picture: value };
}

/** Stores a picture's bytes: those of the reply, or those that its address still gives. */
async function keepPicture(
  { blobs, indexes, downloadPicture, checkPicture }: EditPictureDependencies,
  picture: PictureReply,
  call: { readonly key: string; readonly baseUrl: string; readonly tries: number },
): Promise<{ artifact: string; width: number; height: number }> {
  if (picture.kind === 'base64') {
    const bytes = new Uint8Array(Buffer.from(picture.data, 'base64'));
    const stored = { ...(await sizeOf(bytes)), artifact: await blobs.put(bytes) };
    crashPoint('picture-stored');
    return stored;
  }
  // An address expires within a day: its bytes are kept under the call that paid for them.
  const name = `picture/${call.key}`;
  const known = await indexes.findChunk(name);
  if (known !== null) return { ...(await sizeOf(await blobs.get(known))), artifact: known };
  const bytes = await downloadPicture(picture.url, call.baseUrl).catch((error: unknown) => {
    throw endOfTries(error, Context.current().info.attempt, call.tries);
  });
  const size = await sizeOf(bytes);
  const artifact = await blobs.put(bytes);
  crashPoint('picture-stored');
  return { ...size, artifact: await indexes.putChunk(name, artifact) };

  async function sizeOf(content: Uint8Array) {
    const { width, height } = await checkPicture(content);
    return { width, height };
  }
}

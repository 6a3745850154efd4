import { takesSeed } from '../../domain/calls/call-key.ts';
import type { ImageEditRequest, WireReply } from '../../domain/calls/model-call.ts';
import type { ImageModelSpec } from '../../domain/run-spec.ts';
import { modelEndpoint } from './model-endpoint.ts';
import { wireFetch } from './wire-fetch.ts';

type Sending = {
  readonly model: ImageModelSpec;
  readonly apiKey: string;
  readonly request: ImageEditRequest;
  readonly reference: { readonly mediaType: string; readonly bytes: Uint8Array };
  readonly seed: number | null;
  readonly signal: AbortSignal;
  readonly clientRequestId: string;
};

/**
 * Has one picture edited, over Ark's `/images/generations` (JSON) or OpenAI's `/images/edits`
 * (multipart). The reply comes back raw.
 *
 * @throws {TransportError} when no whole reply arrived before the signal
 */
export function sendImageEdit(sending: Sending): Promise<WireReply> {
  return sending.model.wire === 'ark' ? sendToArk(sending) : sendToOpenAi(sending);
}

function sendToArk(sending: Sending): Promise<WireReply> {
  const { model, request, reference, seed, signal } = sending;
  const picture = Buffer.from(reference.bytes).toString('base64');
  const body = {
    model: model.model,
    prompt: request.prompt,
    image: `data:${reference.mediaType};base64,${picture}`,
    size: request.size,
    sequential_image_generation: 'disabled',
    stream: false,
    // The bytes come with the reply: an address would expire within a day.
    response_format: 'b64_json',
    // On by default, and drawn into the picture that is searched for.
    watermark: false,
    ...(seed !== null && { seed }),
    ...model.extraBody,
  };
  return wireFetch(
    addressOf(sending, 'images/generations'),
    {
      method: 'POST',
      headers: { ...headersOf(sending), 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    },
    signal,
  );
}

function sendToOpenAi(sending: Sending): Promise<WireReply> {
  const { model, request, reference, seed, signal } = sending;
  const form = new FormData();
  const fields = {
    model: model.model,
    prompt: request.prompt,
    size: request.size,
    n: 1,
    ...(seed !== null && takesSeed(model) && { seed }),
    ...model.extraBody,
  };
  for (const [name, value] of Object.entries(fields)) {
    form.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const extension = reference.mediaType.split('/')[1] ?? 'jpeg';
  const picture = new Blob([new Uint8Array(reference.bytes)], { type: reference.mediaType });
  form.set('image', picture, `reference.${extension}`);
  return wireFetch(
    addressOf(sending, 'images/edits'),
    { method: 'POST', headers: headersOf(sending), body: form },
    signal,
  );
}

function headersOf({ model, apiKey, clientRequestId }: Sending): Record<string, string> {
  const { keyHeaders } = modelEndpoint(model, apiKey);
  return { ...keyHeaders, 'X-Client-Request-Id': clientRequestId };
}

function addressOf({ model, apiKey }: Sending, path: string): string {
  const { baseUrl, query } = modelEndpoint(model, apiKey);
  const search = new URLSearchParams(query).toString();
  return `${baseUrl}/${path}${search === '' ? '' : `?${search}`}`;
}

import OpenAI, { APIError } from 'openai';
import type { ChatRequest, WireReply } from '../../domain/model-call.ts';
import type { ChatModelSpec } from '../../domain/run-spec.ts';
import { TransportError } from '../../domain/transport-error.ts';
import { wireFetch } from './wire-fetch.ts';

type Media = { readonly sha256: string; readonly mediaType: string; readonly bytes: Uint8Array };

/**
 * Sends one chat request with the OpenAI library, which is told never to retry: one layer alone
 * does. The reply comes back raw, with its status, so that it can be stored before it is read.
 *
 * @throws {TransportError} when no whole reply arrived before the signal
 */
export async function sendChat(sending: {
  readonly model: ChatModelSpec;
  readonly apiKey: string;
  readonly request: ChatRequest;
  readonly media: readonly Media[];
  readonly seed: number | null;
  readonly signal: AbortSignal;
  readonly clientRequestId: string;
}): Promise<WireReply> {
  const { model, apiKey, request, media, seed, signal, clientRequestId } = sending;
  const caught: { reply?: WireReply; failure?: TransportError } = {};
  const client = new OpenAI({
    apiKey,
    baseURL: model.baseUrl,
    maxRetries: 0,
    // The signal is the only deadline; the library's own would end at the headers.
    timeout: model.timeoutMs + 60_000,
    organization: null,
    project: null,
    fetch: async (url, init) => {
      const address = url instanceof Request ? url.url : url;
      try {
        caught.reply = await wireFetch(address, init ?? {}, signal);
      } catch (error) {
        if (error instanceof TransportError) caught.failure = error;
        throw error;
      }
      const { status, headers, body } = caught.reply;
      return new Response(new Uint8Array(body), { status, headers: replayable(headers) });
    },
  });
  try {
    await client.chat.completions
      .create(
        {
          model: model.model,
          messages: messagesOf(request, media),
          max_tokens: model.maxTokens,
          ...(model.temperature !== null && { temperature: model.temperature }),
          ...(seed !== null && { seed }),
          ...model.extraBody,
        },
        { headers: { 'X-Client-Request-Id': clientRequestId }, signal },
      )
      .asResponse();
  } catch (error) {
    if (caught.failure !== undefined) throw caught.failure;
    if (caught.reply === undefined || !(error instanceof APIError)) throw error;
  }
  if (caught.reply === undefined) throw new TransportError('cut', undefined);
  return caught.reply;
}

function messagesOf(
  { system, parts, repair }: ChatRequest,
  media: readonly Media[],
): OpenAI.Chat.ChatCompletionMessageParam[] {
  const bytesOf = new Map(media.map((picture) => [picture.sha256, picture.bytes]));
  const content = parts.map((part): OpenAI.Chat.ChatCompletionContentPart => {
    if (part.type === 'text') return { type: 'text', text: part.text };
    const data = Buffer.from(bytesOf.get(part.sha256) ?? []).toString('base64');
    return { type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${data}` } };
  });
  return [
    ...(system === null ? [] : [{ role: 'system', content: system } as const]),
    { role: 'user', content },
    ...(repair === null
      ? []
      : [
          { role: 'assistant', content: repair.reply } as const,
          { role: 'user', content: repair.complaint } as const,
        ]),
  ];
}

/** The body is already decoded: these would make a reader decode it again. */
function replayable(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { 'content-encoding': _, 'content-length': __, 'transfer-encoding': ___, ...rest } = headers;
  return rest;
}

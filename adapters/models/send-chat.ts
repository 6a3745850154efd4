import type OpenAI from 'openai';
import type { ChatRequest, WireReply } from '../../domain/calls/model-call.ts';
import type { ChatModelSpec } from '../../domain/run-spec.ts';
import { modelEndpoint } from './model-endpoint.ts';
import { wireFetch } from './wire-fetch.ts';

/** Takes a tenth of a second, in which this process has its workers to start. */
const openai = import('openai');

type Media = { readonly sha256: string; readonly mediaType: string; readonly bytes: Uint8Array };

/** Longer than any timer: the library's own deadline must never come before the signal. */
const neverMs = 2 ** 31 - 1;

/**
 * Sends one chat request with the OpenAI library, which is told never to retry: one layer alone
 * does. The reply comes back raw, with its status, so that it can be stored before it is read.
 *
 * @param sending.media  the pictures that the request names by their hashes
 * @param sending.signal  the deadline, until the last byte of the reply
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
  const { model, apiKey, request, media, signal, clientRequestId } = sending;
  const messages = messagesOf(request, media);
  const caught: { reply?: WireReply; failure?: { readonly error: unknown } } = {};
  const { baseUrl, query, keyHeaders } = modelEndpoint(model, apiKey);
  const { APIError, OpenAI: Client } = await openai;
  const client = new Client({
    apiKey,
    baseURL: baseUrl,
    defaultQuery: query,
    maxRetries: 0,
    timeout: neverMs,
    // Not from the environment: a key goes to the base URL of its own settings, and nothing else does.
    adminAPIKey: null,
    organization: null,
    project: null,
    logLevel: 'off',
    fetch: async (url, init) => {
      try {
        caught.reply = await wireFetch(url instanceof Request ? url.url : url, init ?? {}, signal);
      } catch (error) {
        caught.failure = { error };
        throw error;
      }
      const { status, body } = caught.reply;
      // The library sees the status and nothing to decode; what counts was caught above.
      const isEmpty = status === 204 || status === 304;
      return new Response(isEmpty ? null : new Uint8Array(body), { status });
    },
  });
  try {
    const headers = { Authorization: null, ...keyHeaders, 'X-Client-Request-Id': clientRequestId };
    await client.chat.completions
      .create({ ...parametersOf(model, sending.seed), messages }, { headers })
      .asResponse();
  } catch (error) {
    if (caught.failure !== undefined) throw caught.failure.error;
    if (caught.reply === undefined || !(error instanceof APIError)) throw error;
  }
  if (caught.reply === undefined) throw new Error('the OpenAI library sent nothing');
  return caught.reply;
}

function knowsNewerLimit({ provider, apiVersion = '' }: ChatModelSpec): boolean {
  return provider === 'openai' || (provider === 'azure' && apiVersion >= '2024-10');
}

/** `extraBody` comes last: what a person wrote there wins. */
function parametersOf(model: ChatModelSpec, seed: number | null) {
  // OpenAI's own newer models know the limit only by its newer name; all others know the older one.
  const limit = knowsNewerLimit(model) ? 'max_completion_tokens' : 'max_tokens';
  return {
    model: model.model,
    [limit]: model.maxTokens,
    ...(model.temperature !== null && { temperature: model.temperature }),
    ...(seed !== null && { seed }),
    ...model.extraBody,
    stream: false,
  } as const;
}

function messagesOf(
  { system, parts, repair }: ChatRequest,
  media: readonly Media[],
): OpenAI.Chat.ChatCompletionMessageParam[] {
  const bytesOf = new Map(media.map((picture) => [picture.sha256, picture.bytes]));
  const content = parts.map((part): OpenAI.Chat.ChatCompletionContentPart => {
    if (part.type === 'text') return { type: 'text', text: part.text };
    const bytes = bytesOf.get(part.sha256);
    if (bytes === undefined)
      throw new Error(`the request names a picture without bytes: ${part.sha256}`);
    const data = Buffer.from(bytes).toString('base64');
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

import { Hono } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import { askChatModel, pseudoCreationTime } from './chat-model.ts';
import { readChatRequest } from './chat-request.ts';
import { makePictures } from './image-model.ts';
import type { MadePicture } from './image-model.ts';
import { formAsJson, readArkImageRequest, readEditRequest } from './image-request.ts';
import type { ImageRequest } from './image-request.ts';
import type { Provider } from './provider.ts';
import { invalidRequest } from './refused-request.ts';
import { canonicalJson, sha256Hex } from './seeded-draws.ts';
import type { JsonValue } from './seeded-draws.ts';
import { serveModelCall } from './serve-model-call.ts';
import type { ModelReply, NodeContext } from './serve-model-call.ts';

/** The paths that models are paid for on. */
export function createModelRoutes(provider: Provider): Hono<{ Bindings: HttpBindings }> {
  const routes = new Hono<{ Bindings: HttpBindings }>();
  const counted =
    (serve: (provider: Provider, context: NodeContext) => Promise<Response>) =>
    (context: NodeContext) =>
      provider.flight.during(() => serve(provider, context));
  routes.post('/v1/chat/completions', counted(serveChat));
  routes.post('/v1/images/edits', counted(serveEdit));
  routes.post('/v1/images/generations', counted(serveArkImage));
  routes.post('/api/v3/images/generations', counted(serveArkImage));
  return routes;
}

async function serveChat(provider: Provider, context: NodeContext): Promise<Response> {
  const { value, requestHash } = readJson(await context.req.text(), 'chat');
  return serveModelCall(provider, context, {
    kind: 'chat',
    dialect: 'openai',
    model: modelNameIn(value),
    requestHash,
    answer: async () =>
      askChatModel(readChatRequest(value), provider.pictures, requestHash, provider.settings.seed),
  });
}

async function serveArkImage(provider: Provider, context: NodeContext): Promise<Response> {
  const { value, requestHash } = readJson(await context.req.text(), 'generations');
  return serveModelCall(provider, context, {
    kind: 'image',
    dialect: 'ark',
    model: modelNameIn(value),
    requestHash,
    answer: async () => {
      const request = readArkImageRequest(value);
      const { data, draw, outputTokens } = await drawPictures(
        provider,
        context,
        request,
        requestHash,
      );
      const usage = {
        generated_images: data.length,
        output_tokens: outputTokens,
        total_tokens: outputTokens,
      };
      const body = { model: request.model, created: pseudoCreationTime(draw), data, usage };
      return imageReply(body, data.length);
    },
  });
}

async function serveEdit(provider: Provider, context: NodeContext): Promise<Response> {
  const form = await readForm(context);
  const fields = form === null ? null : await formAsJson(form);
  const requestHash = sha256Hex(`edits\n${canonicalJson(fields)}`);
  return serveModelCall(provider, context, {
    kind: 'image',
    dialect: 'openai',
    model: modelNameIn({ model: form?.get('model') }),
    requestHash,
    answer: async () => {
      if (form === null) throw invalidRequest('The body is no multipart form');
      const request = await readEditRequest(form);
      const { data, draw, outputTokens } = await drawPictures(
        provider,
        context,
        request,
        requestHash,
      );
      const usage = { input_tokens: 0, output_tokens: outputTokens, total_tokens: outputTokens };
      const body = { created: pseudoCreationTime(draw), data, usage };
      return imageReply(body, data.length);
    },
  });
}

/** Pictures are priced by the piece, so their tokens do not stand on the bill. */
function imageReply(body: JsonValue, images: number): ModelReply {
  return { body, promptTokens: 0, completionTokens: 0, images };
}

/** Makes the pictures and puts them into the form in which they are handed out. */
async function drawPictures(
  provider: Provider,
  context: NodeContext,
  request: ImageRequest,
  requestHash: string,
) {
  const draw = `${requestHash}/${provider.settings.seed}`;
  const pictures = await makePictures(request, draw);
  const data: JsonValue[] = [];
  for (const picture of pictures) data.push(await handOut(provider, context, request, picture));
  const outputTokens = pictures.reduce(
    (sum, { width, height }) => sum + Math.ceil((width * height) / 256),
    0,
  );
  return { data, draw, outputTokens };
}

async function handOut(
  provider: Provider,
  context: NodeContext,
  request: ImageRequest,
  { jpeg, width, height }: MadePicture,
): Promise<JsonValue> {
  const size = `${width}x${height}`;
  if (request.responseFormat === 'b64_json') return { b64_json: jpeg.toString('base64'), size };
  const name = await provider.media.keep(jpeg);
  return { url: new URL(`/media/${name}`, context.req.url).href, size };
}

/** Equal requests have equal hashes, however their bodies order the fields. */
function readJson(text: string, endpoint: string): { value: unknown; requestHash: string } {
  try {
    const value = JSON.parse(text) as JsonValue;
    return { value, requestHash: sha256Hex(`${endpoint}\n${canonicalJson(value)}`) };
  } catch {
    return { value: undefined, requestHash: sha256Hex(`${endpoint}\n${text}`) };
  }
}

async function readForm(context: NodeContext): Promise<FormData | null> {
  try {
    return await context.req.raw.formData();
  } catch {
    return null;
  }
}

function modelNameIn(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('model' in body)) return '';
  return typeof body.model === 'string' ? body.model : '';
}

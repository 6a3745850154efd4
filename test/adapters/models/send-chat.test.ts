import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { sendChat } from '../../../adapters/models/send-chat.ts';
import type { ChatRequest } from '../../../domain/calls/model-call.ts';
import { repairPrompt } from '../../../domain/prompts/plan-prompt.ts';
import type { ChatModelSpec } from '../../../domain/run-spec.ts';
import { chatModel } from '../../support/model-specs.ts';
import { openWireServer, sendJson, type WireServer } from '../../support/wire-server.ts';

const request: ChatRequest = {
  system: 'Plan.',
  parts: [
    { type: 'text', text: 'This is Frame ID: 7' },
    { type: 'image', sha256: 'aa', mediaType: 'image/jpeg' },
    { type: 'text', text: 'Question: Who?' },
  ],
  repair: null,
};
const media = [{ sha256: 'aa', mediaType: 'image/jpeg', bytes: new Uint8Array([1, 2, 3]) }];

let server: WireServer;
afterEach(() => server.close());

async function serve(answer: Parameters<typeof openWireServer>[0]): Promise<void> {
  server = await openWireServer(answer);
}

function send(
  changes: {
    model?: Partial<ChatModelSpec>;
    request?: ChatRequest;
    seed?: number | null;
    signal?: AbortSignal;
    baseUrl?: string;
  } = {},
) {
  return sendChat({
    model: chatModel({ baseUrl: `${changes.baseUrl ?? server.url}/v1`, ...changes.model }),
    apiKey: 'secret-key',
    request: changes.request ?? request,
    media,
    seed: changes.seed ?? null,
    signal: changes.signal ?? AbortSignal.timeout(30_000),
    clientRequestId: 'key-0',
  });
}

const bodyOf = () => JSON.parse(server.received[0]!.body.toString()) as Record<string, unknown>;

describe('sendChat', () => {
  it('B2, B3, B14: sends model, messages and max_tokens, and nothing else', async () => {
    await serve((_, response) => sendJson(response, 200, {}));

    await send();

    expect(server.received[0]).toMatchObject({ method: 'POST', path: '/v1/chat/completions' });
    expect(bodyOf()).toEqual({
      model: 'vlm',
      max_tokens: 4096,
      stream: false,
      messages: [
        { role: 'system', content: 'Plan.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'This is Frame ID: 7' },
            { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,AQID' } },
            { type: 'text', text: 'Question: Who?' },
          ],
        },
      ],
    });
  });

  it('B14: sends temperature, seed and further members where they are configured', async () => {
    await serve((_, response) => sendJson(response, 200, {}));

    await send({ model: { temperature: 0, extraBody: { top_p: 0.9, max_tokens: 5 } }, seed: 12 });

    expect(bodyOf()).toMatchObject({ temperature: 0, seed: 12, top_p: 0.9, max_tokens: 5 });
  });

  it('names the limit as OpenAI itself does', async () => {
    await serve((_, response) => sendJson(response, 200, {}));

    await send({ model: { provider: 'openai' } });

    expect(bodyOf()).toMatchObject({ max_completion_tokens: 4096 });
    expect(bodyOf()).not.toHaveProperty('max_tokens');
  });

  it('D13: sends the key and the name of the call as headers', async () => {
    await serve((_, response) => sendJson(response, 200, {}));

    await send();

    expect(server.received[0]?.headers).toMatchObject({
      authorization: 'Bearer secret-key',
      'x-client-request-id': 'key-0',
    });
  });

  it('B5: sends the reply and the complaint as further turns of a repair', async () => {
    await serve((_, response) => sendJson(response, 200, {}));

    await send({ request: repairPrompt(request, 'I answer B', 'it holds no valid JSON') });

    const messages = bodyOf()['messages'] as { role: string; content: unknown }[];
    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
    expect(messages[2]?.content).toBe('I answer B');
  });

  it('keeps the raw body, byte for byte', async () => {
    const raw = '{ "choices":[],\n\t"odd" : 1e2 }';
    await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'r1' });
      response.end(raw);
    });

    const reply = await send();

    expect(Buffer.from(reply.body).toString()).toBe(raw);
    expect(reply).toMatchObject({ status: 200, headers: { 'x-request-id': 'r1' } });
  });

  it.each([400, 401, 404, 429, 500, 503])(
    'D12: brings status %i back with its headers after one request',
    async (status) => {
      const error = { error: { code: 'x' } };
      await serve((_, response) => sendJson(response, status, error, { 'retry-after': '3600' }));

      const reply = await send();

      expect(reply).toMatchObject({ status, headers: { 'retry-after': '3600' } });
      expect(JSON.parse(Buffer.from(reply.body).toString())).toEqual(error);
      expect(server.received).toHaveLength(1);
    },
  );

  it('brings markup and error objects with status 200 back as they are', async () => {
    await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html>');
    });

    expect(Buffer.from((await send()).body).toString()).toBe('<html>');
  });

  it('unpacks a reply that was compressed without being asked for', async () => {
    await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(gzipSync('{"packed": true}'));
    });

    expect(Buffer.from((await send()).body).toString()).toBe('{"packed": true}');
  });

  it('ends at the deadline when no headers come', async () => {
    await serve(() => undefined);

    const ended = send({ signal: AbortSignal.timeout(200) });

    await expect(ended).rejects.toMatchObject({ kind: 'timeout', status: null });
  });

  it('ends at the deadline when the body stalls behind its headers', async () => {
    await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"choices"');
    });

    // The headers must have arrived by then, whatever else the machine has to do.
    const ended = send({ signal: AbortSignal.timeout(2000) });

    await expect(ended).rejects.toMatchObject({ kind: 'timeout', status: 200 });
  });

  it('tells a body that was cut', async () => {
    await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => response.destroy());
    });

    await expect(send()).rejects.toMatchObject({
      kind: 'cut',
      status: 200,
      reachedNobody: false,
    });
  });

  it('tells a connection that was reset after the request had left', async () => {
    await serve((_, response) => response.destroy());

    await expect(send()).rejects.toMatchObject({ kind: 'cut', status: null, reachedNobody: false });
  });

  it('tells a server that is not there', async () => {
    await serve(() => undefined);
    const { url } = await openAndClose();

    await expect(send({ baseUrl: url })).rejects.toMatchObject({
      kind: 'connect',
      reachedNobody: true,
    });
  });

  it('throws the reason of a forced end as it is', async () => {
    await serve(() => undefined);
    const shutdown = new AbortController();
    const reason = new Error('the worker ends');

    const ended = send({ signal: shutdown.signal });
    setTimeout(() => shutdown.abort(reason), 100);

    await expect(ended).rejects.toBe(reason);
  });

  it('sends nothing when a picture has no bytes', async () => {
    await serve((_, response) => sendJson(response, 200, {}));
    const parts = [{ type: 'image', sha256: 'missing', mediaType: 'image/jpeg' }] as const;

    await expect(send({ request: { ...request, parts } })).rejects.toThrow('without bytes');

    expect(server.received).toHaveLength(0);
  });
});

async function openAndClose(): Promise<WireServer> {
  const gone = await openWireServer(() => undefined);
  await gone.close();
  return gone;
}

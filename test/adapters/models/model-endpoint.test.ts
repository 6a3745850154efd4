import { afterEach, describe, expect, it } from 'vitest';
import { sendChat } from '../../../adapters/models/send-chat.ts';
import { sendImageEdit } from '../../../adapters/models/send-image-edit.ts';
import { checkConfig } from '../../../domain/config/check-config.ts';
import { configFromFlags } from '../../../domain/config/original-config.ts';
import { resolveConfig } from '../../../domain/config/resolve-config.ts';
import type { ChatModelSpec } from '../../../domain/run-spec.ts';
import { chatModel, imageModel } from '../../support/model-specs.ts';
import { openWireServer, sendJson, type WireServer } from '../../support/wire-server.ts';

let server: WireServer;
afterEach(() => server.close());

const request = { system: null, parts: [{ type: 'text', text: 'Who?' } as const], repair: null };

async function chat(model: Partial<ChatModelSpec>, path = ''): Promise<void> {
  server = await openWireServer((_, response) => sendJson(response, 200, {}));
  await sendChat({
    model: chatModel({ baseUrl: `${server.url}${path}`, ...model }),
    apiKey: 'secret-key',
    request,
    media: [],
    seed: null,
    signal: AbortSignal.timeout(30_000),
    clientRequestId: 'key-0',
  });
}

const received = () => server.received[0]!;
const bodyOf = () => JSON.parse(received().body.toString()) as Record<string, unknown>;

/** What the original script's flags alone make of an address. */
function answerModelAt(baseUrl: string): { readonly model: ChatModelSpec; readonly note: string } {
  const { raw, notes } = configFromFlags({
    targetModel: 'lab gpt/4o',
    framesPath: 'frames',
    dataFile: 'items.json',
    embeddingsPath: 'embeddings',
    embeddingPath: 'siglip',
    baseUrl,
  });
  const { config } = checkConfig(raw);
  const surroundings = {
    promptVersion: '1',
    simulatedBaseUrl: null,
    overwrite: false,
    extractTimes: null,
  };
  return { model: resolveConfig(config!, surroundings).models.answer, note: notes.join() };
}

describe('a model at Azure', () => {
  it.each(['', '/', '/openai', '/openai/'])(
    'B13: is asked at its deployment, in its API version, with the key in its header (%j)',
    async (path) => {
      await chat({ provider: 'azure', model: 'lab gpt/4o', apiVersion: '2023-05-15' }, path);

      expect(received().path).toBe(
        '/openai/deployments/lab%20gpt%2F4o/chat/completions?api-version=2023-05-15',
      );
      expect(received().headers).toMatchObject({
        'api-key': 'secret-key',
        'x-client-request-id': 'key-0',
      });
      expect(received().headers).not.toHaveProperty('authorization');
    },
  );

  it('names the limit of tokens as its API version does', async () => {
    await chat({ provider: 'azure', apiVersion: '2023-05-15' });
    expect(bodyOf()).toMatchObject({ max_tokens: 4096 });
    await server.close();

    await chat({ provider: 'azure', apiVersion: '2024-10-21' });
    expect(bodyOf()).toMatchObject({ max_completion_tokens: 4096 });
  });

  it('draws pictures at its deployment too, without a seed', async () => {
    server = await openWireServer((_, response) => sendJson(response, 200, { data: [] }));
    const azure = { provider: 'azure', wire: 'openai', apiVersion: '2025-04-01-preview' } as const;

    await sendImageEdit({
      model: imageModel({ ...azure, baseUrl: server.url, model: 'painter' }),
      apiKey: 'secret-key',
      request: {
        prompt: 'a red circle',
        reference: { type: 'image', sha256: 'aa', mediaType: 'image/jpeg' },
        size: '1024x1024',
      },
      reference: { mediaType: 'image/jpeg', bytes: new Uint8Array([1]) },
      seed: 5,
      signal: AbortSignal.timeout(30_000),
      clientRequestId: 'key-0',
    });

    expect(received()).toMatchObject({
      path: '/openai/deployments/painter/images/edits?api-version=2025-04-01-preview',
      headers: { 'api-key': 'secret-key' },
    });
    expect(received().headers).not.toHaveProperty('authorization');
    expect(received().body.toString()).not.toContain('seed');
  });

  it("B13: is what the original script's flags mean by its host", async () => {
    const { model, note } = answerModelAt('https://my-lab.openai.azure.com/');

    expect(note).toContain('provider azure with apiVersion 2023-05-15, inferred from the host');
    expect(model).toMatchObject({
      provider: 'azure',
      apiVersion: '2023-05-15',
      apiKeyEnv: 'VIDEOQA_API_KEY',
      endpointIdentity: 'https://my-lab.openai.azure.com',
    });
    await chat({ provider: model.provider, model: model.model, apiVersion: model.apiVersion! });
    expect(received().path).toBe(
      '/openai/deployments/lab%20gpt%2F4o/chat/completions?api-version=2023-05-15',
    );
  });
});

describe('a model at DashScope', () => {
  it("B13: is what the original script's flags mean by its host, with a bearer token", async () => {
    const { model } = answerModelAt('https://dashscope.aliyuncs.com/compatible-mode/v1');

    expect(model).toMatchObject({ provider: 'dashscope', apiKeyEnv: 'VIDEOQA_API_KEY' });
    expect(model).not.toHaveProperty('apiVersion');
    await chat({ provider: model.provider }, '/compatible-mode/v1');

    expect(received()).toMatchObject({
      path: '/compatible-mode/v1/chat/completions',
      headers: { authorization: 'Bearer secret-key' },
    });
    expect(bodyOf()).toMatchObject({ max_tokens: 4096 });
  });
});

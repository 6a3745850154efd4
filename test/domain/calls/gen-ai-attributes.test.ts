import { describe, expect, it } from 'vitest';
import {
  errorAttributes,
  requestAttributes,
  responseAttributes,
  spanName,
} from '../../../domain/calls/gen-ai-attributes.ts';
import { TransportError } from '../../../domain/errors/transport-error.ts';
import { chatModel, imageModel } from '../../support/model-specs.ts';

const chat = { operation: 'chat', model: chatModel(), seed: 7 } as const;
const image = { operation: 'image', model: imageModel(), seed: null } as const;
const reply = (status: number, body: object) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)),
});

describe('a chat call', () => {
  it('says what was asked for, without key and content', () => {
    const model = chatModel({ baseUrl: 'https://user:secret@models.example.com/v1' });

    const attributes = requestAttributes({ ...chat, model });

    expect(attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': chat.model.model,
      'gen_ai.request.max_tokens': chat.model.maxTokens,
      'gen_ai.request.seed': 7,
      'server.address': 'models.example.com',
      'server.port': 443,
    });
    expect(JSON.stringify(attributes)).not.toContain('secret');
    expect(spanName(chat)).toBe(`chat ${chat.model.model}`);
  });

  it('says what came back', () => {
    const attributes = responseAttributes(
      chat,
      reply(200, {
        id: 'chatcmpl-1',
        model: 'vlm-2026',
        choices: [{ finish_reason: 'stop', message: { content: 'the man holds an umbrella' } }],
        usage: { prompt_tokens: 900, completion_tokens: 12 },
      }),
    );

    expect(attributes).toEqual({
      'http.response.status_code': 200,
      'gen_ai.response.id': 'chatcmpl-1',
      'gen_ai.response.model': 'vlm-2026',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 900,
      'gen_ai.usage.output_tokens': 12,
    });
  });

  it('names what failed by its class, with status 200 as well', () => {
    expect(responseAttributes(chat, reply(429, {}))['error.type']).toBe('rate_limited');
    expect(responseAttributes(chat, reply(200, { choices: [] }))['error.type']).toBe(
      'bad_envelope',
    );
    expect(errorAttributes(chat, new TransportError('timeout', null))['error.type']).toBe(
      'timeout',
    );
    expect(errorAttributes(chat, new Error('a surprise'))['error.type']).toBe('unclassified');
  });
});

it('calls a picture generated content, and sends none of it', () => {
  const data = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70]).toString('base64');
  const came = responseAttributes(
    image,
    reply(200, { data: [{ b64_json: data }], usage: { generated_images: 1 } }),
  );

  expect(spanName(image)).toBe(`generate_content ${image.model.model}`);
  expect(requestAttributes(image)['gen_ai.output.type']).toBe('image');
  expect(came['videoqa.images']).toBe(1);
  expect(JSON.stringify(came)).not.toContain(data);
});

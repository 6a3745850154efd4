import { describe, expect, it } from 'vitest';
import { readChatEnvelope } from '../../../domain/calls/chat-envelope.ts';

const usage = { prompt_tokens: 100, completion_tokens: 20 };
const used = { promptTokens: 100, completionTokens: 20, images: null };
const reply = (body: unknown, status = 200, contentType: string | null = 'application/json') => ({
  status,
  headers: contentType === null ? {} : { 'content-type': contentType },
  body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
});
const completion = (choice: Record<string, unknown>) => ({
  model: 'vlm-1',
  choices: [{ finish_reason: 'stop', message: { content: 'B' }, ...choice }],
  usage,
});
const read = (wire: ReturnType<typeof reply>) => readChatEnvelope('openai', wire);

describe('readChatEnvelope', () => {
  it('gives text, the model that answered and usage', () => {
    expect(read(reply(completion({})))).toEqual({
      ok: true,
      value: { text: 'B', responseModel: 'vlm-1' },
      usage: used,
    });
  });

  it.each([
    ['content in parts', completion({ message: { content: [{ text: 'B' }, { type: 'x' }] } })],
    ['no finish reason', completion({ finish_reason: null })],
    ['an unknown finish reason', completion({ finish_reason: 'eos' })],
    ['further members everywhere', { ...completion({ logprobs: null }), id: 1, extra: [] }],
    ['an error member that is null', { ...completion({}), error: null }],
    ['no model', { ...completion({}), model: undefined }],
  ])('tolerates %s', (_, body) => {
    expect(read(reply(body))).toMatchObject({ ok: true, value: { text: 'B' } });
  });

  it('takes a reply without usage, and knows no figure', () => {
    expect(read(reply({ ...completion({}), usage: undefined }))).toMatchObject({
      ok: true,
      usage: { promptTokens: null, completionTokens: null },
    });
  });

  it.each([
    ['cut off by length', completion({ finish_reason: 'length' }), 'truncated'],
    [
      'filtered',
      completion({ finish_reason: 'content_filter', message: { content: '' } }),
      'refused_output',
    ],
    ['a refusal', completion({ message: { content: null, refusal: 'No.' } }), 'refused_output'],
    ['empty', completion({ message: { content: ' ' } }), 'bad_envelope'],
    ['without content', completion({ message: {} }), 'bad_envelope'],
    ['without choices', { ...completion({}), choices: [] }, 'bad_envelope'],
    ['with an error object', { error: { message: 'x' }, usage }, 'bad_envelope'],
    ['an error by its kind', { object: 'error', message: 'x', usage }, 'bad_envelope'],
  ])('refuses a reply that is %s, and still counts its usage', (_, body, failureClass) => {
    expect(read(reply(body))).toMatchObject({
      ok: false,
      failure: { class: failureClass },
      usage: used,
    });
  });

  it.each([
    ['markup', reply('<html></html>', 200, 'text/html')],
    ['JSON under another type', reply(completion({}), 200, 'text/plain')],
    ['half a JSON', reply('{"choices": [')],
    ['an empty body', reply('')],
    ['null', reply('null')],
    ['a list', reply('[]')],
    ['bytes that are no text', { ...reply(''), body: new Uint8Array([0xff, 0xfe, 0]) }],
  ])('takes %s for a bad envelope, at most twice more', (_, wire) => {
    expect(read(wire)).toMatchObject({
      ok: false,
      failure: { class: 'bad_envelope', action: 'retry', maxRetries: 2 },
      usage: null,
    });
  });

  it('accepts a reply that names no content type', () => {
    expect(read(reply(completion({}), 200, null)).ok).toBe(true);
  });

  it('gives a status that is no success to the error table', () => {
    expect(read(reply({ error: { code: 'context_length_exceeded' } }, 400))).toMatchObject({
      ok: false,
      failure: { class: 'context_length', action: 'fail' },
      usage: null,
    });
  });

  it('never repeats the words of a refusal', () => {
    const envelope = read(reply(completion({ message: { content: '', refusal: 'canary' } })));

    expect(JSON.stringify(envelope)).not.toContain('canary');
  });
});

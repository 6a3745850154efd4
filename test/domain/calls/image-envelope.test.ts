import { describe, expect, it } from 'vitest';
import { readImageEnvelope } from '../../../domain/calls/image-envelope.ts';

const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0]).toString('base64');
const reply = (body: unknown, status = 200) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: new TextEncoder().encode(JSON.stringify(body)),
});
const read = (body: unknown, status = 200) => readImageEnvelope('ark', reply(body, status));

describe('readImageEnvelope', () => {
  it('B7: finds bytes in the reply', () => {
    expect(
      read({ data: [{ b64_json: jpeg, size: '1280x720' }], usage: { generated_images: 1 } }),
    ).toEqual({
      ok: true,
      value: { kind: 'base64', data: jpeg },
      usage: { promptTokens: null, completionTokens: null, images: 1 },
    });
  });

  it('B7: finds an address in the reply', () => {
    expect(read({ data: [{ url: 'https://pictures.example/1.jpg' }] })).toMatchObject({
      ok: true,
      value: { kind: 'url', url: 'https://pictures.example/1.jpg' },
      usage: { images: 1 },
    });
  });

  it('reads a refusal of one picture inside a success; it made none', () => {
    const body = {
      data: [{ error: { code: 'OutputImageSensitiveContentDetected', message: 'x' } }],
    };

    expect(read(body)).toMatchObject({
      ok: false,
      failure: { class: 'refused_output' },
      usage: { images: 0 },
    });
  });

  it.each([
    ['no data', {}],
    ['an empty list', { data: [] }],
    ['a picture without bytes', { data: [{}] }],
    [
      'bytes that are a page of markup',
      { data: [{ b64_json: Buffer.from('<html>').toString('base64') }] },
    ],
    ['an address that is no web address', { data: [{ url: 'file:///etc/passwd' }] }],
    ['an error object', { error: { message: 'x' } }],
  ])('D6: takes %s for a bad envelope', (_, body) => {
    expect(read(body)).toMatchObject({ ok: false, failure: { class: 'bad_envelope' } });
  });

  it.each([
    ['all that goes out', {}, { prompt: 300, completion: 4160 }],
    [
      'what is said of it',
      { output_tokens_details: { image_tokens: 4000, text_tokens: 160 } },
      { prompt: 300, completion: 4000 },
    ],
  ])('reads tokens, with %s as pictures', (_, details, imageTokens) => {
    const counts = { input_tokens: 350, output_tokens: 4160, total_tokens: 4510 };
    const usage = { ...counts, input_tokens_details: { text_tokens: 50, image_tokens: 300 } };

    expect(read({ data: [{ b64_json: jpeg }], usage: { ...usage, ...details } })).toMatchObject({
      usage: { promptTokens: 350, completionTokens: 4160, images: 1, imageTokens },
    });
  });

  it('counts the pictures of a refused envelope where the provider counts them', () => {
    expect(read({ data: [], usage: { generated_images: 1 } })).toMatchObject({
      usage: { images: 1 },
    });
    expect(read({ nothing: true })).toMatchObject({ usage: null });
  });

  it('D6: refuses a picture above 25 MB', () => {
    const data = `/9j/${'A'.repeat(36_000_000)}`;

    expect(read({ data: [{ b64_json: data }] })).toMatchObject({
      ok: false,
      failure: { class: 'bad_envelope' },
    });
  });

  it('gives a status that is no success to the error table', () => {
    expect(read({ error: { code: 'InputTextSensitiveContentDetected' } }, 400)).toMatchObject({
      ok: false,
      failure: { class: 'refused_input', action: 'fail' },
    });
  });
});

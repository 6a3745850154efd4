import { afterEach, describe, expect, it } from 'vitest';
import { sendImageEdit } from '../../../adapters/models/send-image-edit.ts';
import type { ImageModelSpec } from '../../../domain/run-spec.ts';
import { imageModel } from '../../support/model-specs.ts';
import { openWireServer, sendJson, type WireServer } from '../../support/wire-server.ts';

let server: WireServer;
afterEach(() => server.close());

async function send(changes: Partial<ImageModelSpec> = {}, seed: number | null = null) {
  server = await openWireServer((_, response) => sendJson(response, 200, { data: [] }));
  return sendImageEdit({
    model: imageModel({ baseUrl: `${server.url}/api/v3/`, ...changes }),
    apiKey: 'secret-key',
    request: {
      prompt: 'a red circle',
      reference: { type: 'image', sha256: 'aa', mediaType: 'image/jpeg' },
      size: '1280x720',
    },
    reference: { mediaType: 'image/jpeg', bytes: new Uint8Array([1, 2, 3]) },
    seed,
    signal: AbortSignal.timeout(5000),
    clientRequestId: 'key-0',
  });
}

/** The parts of the multipart form that arrived. */
function received(): Promise<FormData> {
  const { body, headers } = server.received[0]!;
  const type = { 'content-type': headers['content-type'] ?? '' };
  return new Response(new Uint8Array(body), { headers: type }).formData();
}

describe('sendImageEdit', () => {
  it("B7: sends exactly Ark's contract", async () => {
    const reply = await send();

    expect(reply.status).toBe(200);
    expect(server.received[0]).toMatchObject({
      method: 'POST',
      path: '/api/v3/images/generations',
      headers: { authorization: 'Bearer secret-key', 'x-client-request-id': 'key-0' },
    });
    expect(JSON.parse(server.received[0]!.body.toString())).toEqual({
      model: 'doubao-seedream-4-0-250828',
      prompt: 'a red circle',
      image: 'data:image/jpeg;base64,AQID',
      size: '1280x720',
      sequential_image_generation: 'disabled',
      stream: false,
      response_format: 'b64_json',
      watermark: false,
    });
  });

  it('B7: asks for an address or sends a seed where that is configured', async () => {
    await send({ extraBody: { response_format: 'url' } }, 5);

    expect(JSON.parse(server.received[0]!.body.toString())).toMatchObject({
      response_format: 'url',
      seed: 5,
    });
  });

  it("sends OpenAI's edits as a form with the picture as a file", async () => {
    await send({ wire: 'openai', provider: 'openai', extraBody: { quality: 'low' } }, 5);

    const form = await received();
    expect(server.received[0]?.path).toBe('/api/v3/images/edits');
    expect(Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'))).toEqual({
      model: 'doubao-seedream-4-0-250828',
      prompt: 'a red circle',
      size: '1280x720',
      n: '1',
      quality: 'low',
    });
    const file = form.get('image') as File;
    expect(file.type).toBe('image/jpeg');
    expect(file.name).toBe('reference.jpeg');
    expect([...new Uint8Array(await file.arrayBuffer())]).toEqual([1, 2, 3]);
  });

  it('sends a seed to compatible servers', async () => {
    await send({ wire: 'openai', provider: 'openai-compatible' }, 5);

    expect((await received()).get('seed')).toBe('5');
  });
});

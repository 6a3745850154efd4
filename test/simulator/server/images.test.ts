import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPictureReader } from '../../../simulator/vision/picture-reader.ts';
import { sha256Hex } from '../../../simulator/server/seeded-draws.ts';
import { describeObject } from '../../../simulator/world/vocabulary.ts';
import { frameJpeg, videoWithEvent } from './pictures.ts';
import { dataUri, openProvider } from './provider-client.ts';
import type { OpenProvider } from './provider-client.ts';

type ImagesReply = {
  readonly data: readonly { readonly url?: string; readonly b64_json?: string; size: string }[];
  readonly usage: Record<string, number>;
};

const { video, quietFrames } = videoWithEvent();
let reference: Buffer;
let provider: OpenProvider;
beforeAll(async () => {
  provider = await openProvider();
  reference = await frameJpeg(video, quietFrames[0] ?? 0);
});
afterAll(() => provider.dispose());

const arkRequest = (extra = {}) => ({
  model: 'simulated-image',
  prompt: 'The same place, now with a red star in view.',
  image: dataUri(reference),
  size: '320x180',
  sequential_image_generation: 'disabled',
  stream: false,
  response_format: 'b64_json',
  watermark: false,
  ...extra,
});

async function generate(extra = {}): Promise<Buffer> {
  const reply = (await (await provider.ark(arkRequest(extra))).json()) as ImagesReply;
  return Buffer.from(reply.data[0]?.b64_json ?? '', 'base64');
}

async function difference(left: Buffer, right: Buffer): Promise<number> {
  const [a, b] = await Promise.all([left, right].map((jpeg) => sharp(jpeg).raw().toBuffer()));
  if (a === undefined || b === undefined || a.length !== b.length) return Infinity;
  return a.reduce((sum, level, at) => sum + Math.abs(level - (b[at] ?? 0)), 0) / a.length;
}

describe('the simulated image model over the Ark protocol', () => {
  it('paints what the prompt names into the reference it was sent', async () => {
    const seen: string[] = [];
    for (const prompt of ['with a red star', 'with a red star here', 'now with a red star']) {
      const { objects } = await createPictureReader().look(await generate({ prompt }));
      seen.push(...objects.map(describeObject));
    }

    expect(seen).toContain('red star');
    expect(await difference(await generate(), reference)).toBeGreaterThan(2);
  });

  it('changes the reference visibly where the prompt names nothing it knows', async () => {
    const picture = await generate({ prompt: 'The cook adds flour' });

    expect(await difference(picture, reference)).toBeGreaterThan(2);
    expect(await difference(picture, reference)).toBeLessThan(80);
  });

  it('returns the same bytes for the same request and others for another seed', async () => {
    const [first, again, redrawn] = [
      await generate(),
      await generate(),
      await generate({ seed: 1001 }),
    ];

    expect(again.equals(first)).toBe(true);
    expect(redrawn.equals(first)).toBe(false);
  });

  it.each([
    ['1024x1024', { width: 1024, height: 1024 }],
    ['1K', { width: 1365, height: 768 }],
    ['auto', { width: 320, height: 180 }],
  ])('serves size %s', async (size, expected) => {
    expect(await sharp(await generate({ size })).metadata()).toMatchObject(expected);
  });

  it('hands out links that outlive the server', async () => {
    const response = await provider.ark(arkRequest({ response_format: 'url' }));
    const { data, usage } = (await response.json()) as ImagesReply;
    const path = new URL(data[0]?.url ?? '').pathname;
    await provider.restart();

    const download = await provider.get(path);

    expect(download.headers.get('content-type')).toBe('image/jpeg');
    expect(path).toBe(`/media/${sha256Hex(new Uint8Array(await download.arrayBuffer()))}.jpg`);
    expect(usage).toMatchObject({ generated_images: 1, output_tokens: 225, total_tokens: 225 });
    expect((await provider.get('/media/..%2Fbill.jsonl')).status).toBe(404);
  });

  it.each([
    { size: '5x5' },
    { size: '8K' },
    { image: 'https://example.org/a.jpg' },
    { prompt: '' },
  ])('refuses %o in the words of Ark', async (wrong) => {
    const response = await provider.ark(arkRequest(wrong));

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: expect.any(String) } });
  });
});

describe('the simulated image model over the OpenAI protocol', () => {
  it.each(['image', 'image[]'])('edits the file in field %s, n times', async (field) => {
    const reply = (await (await send(form([field]))).json()) as ImagesReply;

    expect(reply.data).toHaveLength(2);
    expect(reply.data[0]?.b64_json).not.toBe(reply.data[1]?.b64_json);
  });

  it('knows a repeated form as the same request, whatever its boundary', async () => {
    await send(form(['image']));
    await send(form(['image']));

    const [before, last] = (await provider.entries()).slice(-2);
    expect(last?.requestHash).toBe(before?.requestHash);
    expect(last?.images).toBe(2);
  });

  it('refuses a form without a picture', async () => {
    expect((await send(form([]))).status).toBe(400);
  });
});

function form(files: readonly string[]): FormData {
  const fields = new FormData();
  fields.set('model', 'simulated-image');
  fields.set('prompt', 'with a blue ring');
  fields.set('n', '2');
  for (const name of files) {
    fields.append(name, new Blob([new Uint8Array(reference)], { type: 'image/jpeg' }), 'r.jpg');
  }
  return fields;
}

function send(body: FormData): Promise<Response> {
  return fetch(`${provider.url()}/v1/images/edits`, {
    method: 'POST',
    body,
    headers: { authorization: 'Bearer any' },
  });
}

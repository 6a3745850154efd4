import { afterEach, describe, expect, it } from 'vitest';
import { drawFault } from '../../../simulator/server/draw-fault.ts';
import type { FaultKind } from '../../../simulator/server/provider-settings.ts';
import { openProvider, plainRequest } from './provider-client.ts';
import type { ChatReply, OpenProvider } from './provider-client.ts';

const opened: OpenProvider[] = [];
afterEach(async () => {
  for (const provider of opened.splice(0)) await provider.dispose();
});

/** A provider where every request meets a fault. */
async function openFaulty(
  kinds: FaultKind[],
  extra: { hangMs?: number; retryAfterS?: number } = {},
) {
  const provider = await openProvider({ faults: { rate: 1, kinds, ...extra } });
  opened.push(provider);
  return provider;
}

const requests = Array.from({ length: 40 }, (_, index) => plainRequest(`request ${index}`));
const picture = (prompt: string) => ({ model: 'i', prompt, response_format: 'b64_json' });

describe('drawFault', () => {
  const kinds: FaultKind[] = ['rate_limit', 'hang', 'content_filter', 'bad_request'];
  const settings = { rate: 0.3, kinds, retryAfterS: 1, hangMs: 1 };
  const draw = (request: number, arrival: number, seed = 1) =>
    drawFault(settings, { requestHash: `${request}`, arrival, seed, possible: kinds });
  const all = Array.from({ length: 4000 }, (_, index) => index);

  it('meets the rate, each kind alike', () => {
    const drawn = all.map((request) => draw(request, 1));

    expect(drawn.filter((fault) => fault !== null).length / all.length).toBeCloseTo(0.3, 1);
    for (const kind of kinds) {
      expect(drawn.filter((fault) => fault === kind).length).toBeGreaterThan(220);
      expect(drawn.filter((fault) => fault === kind).length).toBeLessThan(380);
    }
  });

  it('heals with a retry, except for faults that belong to the request', () => {
    for (const request of all.filter((index) => draw(index, 1) !== null)) {
      const later = [2, 3, 4, 5, 6, 7, 8, 9].map((arrival) => draw(request, arrival));
      const first = draw(request, 1);
      if (first === 'content_filter' || first === 'bad_request') {
        expect(new Set(later)).toEqual(new Set([first]));
      } else {
        expect(later).toContain(null);
      }
    }
  });

  it('depends on the seed', () => {
    expect(all.map((request) => draw(request, 1, 1))).not.toEqual(
      all.map((request) => draw(request, 1, 2)),
    );
  });
});

describe('a refusal', () => {
  it.each([
    ['rate_limit', 429, 'rate_limit_exceeded', 'RateLimitExceeded.EndpointRPMExceeded'],
    ['server_error', 500, null, 'InternalServiceError'],
    ['auth', 401, 'invalid_api_key', 'AuthenticationError'],
    ['quota', 429, 'insufficient_quota', 'insufficient_quota'],
    ['bad_request', 400, null, 'InvalidParameter'],
    ['bad_image', 400, 'invalid_image', 'InvalidParameter.Image'],
    ['output_filter', 400, 'data_inspection_failed', 'OutputImageSensitiveContentDetected'],
  ] as const)('of kind %s has status %i and is not billed', async (kind, status, code, arkCode) => {
    const provider = await openFaulty([kind]);

    const chat = await provider.chat(plainRequest('x'));
    const image = await provider.ark(picture('x'));

    expect([chat.status, image.status]).toEqual([status, status]);
    expect(await chat.json()).toMatchObject({ error: { code } });
    expect(await image.json()).toMatchObject({ error: { code: arkCode } });
    expect(await provider.entries()).toMatchObject([
      { fault: kind, status, billed: false },
      { fault: kind, status, billed: false },
    ]);
  });

  it('for too long a context meets chat alone, and the same request each time', async () => {
    const provider = await openFaulty(['context_length']);

    const replies = [
      await provider.chat(plainRequest('x')),
      await provider.chat(plainRequest('x')),
      await provider.ark(picture('x')),
    ];

    expect(replies.map(({ status }) => status)).toEqual([400, 400, 200]);
    expect(await replies[0]?.json()).toMatchObject({ error: { code: 'context_length_exceeded' } });
  });

  it('for too many requests says how long to wait', async () => {
    const provider = await openFaulty(['rate_limit'], { retryAfterS: 3 });

    expect((await provider.chat(plainRequest('x'))).headers.get('retry-after')).toBe('3');
  });
});

describe('a content filter', () => {
  it('declines chat before the model, unbilled, or after it, billed', async () => {
    const provider = await openFaulty(['content_filter']);
    const replies: { status: number; reason: string | undefined }[] = [];
    for (const request of requests) {
      const response = await provider.chat(request);
      const body = (await response.json()) as Partial<ChatReply>;
      replies.push({ status: response.status, reason: body.choices?.[0]?.finish_reason });
    }

    expect(replies).toContainEqual({ status: 400, reason: undefined });
    expect(replies).toContainEqual({ status: 200, reason: 'content_filter' });
    for (const { status, billed } of await provider.entries()) expect(billed).toBe(status === 200);
  });

  it('declines pictures with both of Ark’s codes', async () => {
    const provider = await openFaulty(['content_filter']);
    const codes = new Set<string>();
    for (let index = 0; index < 20; index += 1) {
      const response = await provider.ark(picture(`picture ${index}`));
      codes.add(((await response.json()) as { error: { code: string } }).error.code);
    }

    expect([...codes].toSorted()).toEqual([
      'InputTextSensitiveContentDetected',
      'OutputImageSensitiveContentDetected',
    ]);
    expect((await provider.bill()).billed).toBe(0);
  });
});

describe('a fault after the model', () => {
  it('hangs without a word, then cuts the line, and is billed', async () => {
    const provider = await openFaulty(['hang'], { hangMs: 300 });
    const start = performance.now();

    await expect(provider.chat(plainRequest('x'))).rejects.toThrow('fetch failed');

    expect(performance.now() - start).toBeGreaterThanOrEqual(295);
    expect(await provider.entries()).toMatchObject([{ fault: 'hang', billed: true }]);
  });

  it('breaks a reply off with finish reason length', async () => {
    const provider = await openFaulty(['length']);

    const reply = (await (await provider.chat(plainRequest('x'))).json()) as ChatReply;

    expect(reply.choices[0]?.finish_reason).toBe('length');
    expect(await provider.bill()).toMatchObject({ billed: 1 });
  });

  it('sends every malformed form with status 200, all of them billed', async () => {
    const provider = await openFaulty(['malformed']);
    const forms = new Set<string>();
    for (const request of requests) forms.add(await formOf(await provider.chat(request)));
    for (let index = 0; index < 10; index += 1) {
      forms.add(await formOf(await provider.ark(picture(`picture ${index}`))));
    }

    expect([...forms].toSorted()).toEqual(['cut body', 'cut json', 'empty', 'error', 'html']);
    expect((await provider.bill()).billed).toBe(50);
  });

  it('spoils downloads of pictures but never the bill', async () => {
    const provider = await openFaulty(['media_expired', 'media_html', 'media_truncated']);
    const seen = new Set<string>();
    for (let index = 0; index < 30; index += 1) {
      const response = await provider.ark({ model: 'i', prompt: `picture ${index}` });
      const { data } = (await response.json()) as { data: { url: string }[] };
      const download = await fetch(data[0]?.url ?? '');
      seen.add(`${download.status} ${download.headers.get('content-type')?.split(';')[0]}`);
    }

    expect(seen).toEqual(new Set(['403 application/xml', '200 text/html', '200 image/jpeg']));
    expect(await provider.bill()).toMatchObject({ requests: 30, billed: 30 });
  });
});

describe('POST /control', () => {
  it('switches faults off while the server runs', async () => {
    const provider = await openFaulty(['server_error']);

    await provider.control({ faults: {} });

    expect((await provider.chat(plainRequest('x'))).status).toBe(200);
  });

  it('refuses settings it does not know', async () => {
    const provider = await openFaulty(['server_error']);

    expect((await provider.control({ faults: { kinds: ['gremlins'] } })).status).toBe(400);
    expect((await provider.chat(plainRequest('x'))).status).toBe(500);
  });
});

async function formOf(response: Response): Promise<string> {
  expect(response.status).toBe(200);
  if (response.headers.get('content-type')?.startsWith('text/html')) return 'html';
  let text: string;
  try {
    text = await response.text();
  } catch {
    return 'cut body';
  }
  try {
    return 'error' in (JSON.parse(text) as object) ? 'error' : 'empty';
  } catch {
    return 'cut json';
  }
}

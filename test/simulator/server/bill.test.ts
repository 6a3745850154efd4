import { appendFile, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { openProvider, plainRequest } from './provider-client.ts';
import type { OpenProvider } from './provider-client.ts';

const opened: OpenProvider[] = [];
afterEach(async () => {
  for (const provider of opened.splice(0)) await provider.dispose();
});
async function open(settings: Parameters<typeof openProvider>[0] = {}) {
  const provider = await openProvider(settings);
  opened.push(provider);
  return provider;
}

const picture = { model: 'simulated-image', prompt: 'a red star', response_format: 'b64_json' };

describe('the bill of the simulated provider', () => {
  it('has a line per request with tokens, price and the caller’s own id', async () => {
    const provider = await open({ prices: { inputPerM: 1000, outputPerM: 2000, image: 0.5 } });

    await provider.chat(plainRequest('12345678'), { headers: { 'x-client-request-id': 'call-1' } });
    await provider.ark(picture);

    const [chat, image] = await provider.entries();
    expect(chat).toMatchObject({ n: 1, kind: 'chat', clientRequestId: 'call-1', arrival: 1 });
    expect(chat).toMatchObject({ fault: null, status: 200, billed: true, promptTokens: 2 });
    expect(chat?.costUsd).toBeCloseTo((2 * 1000 + (chat?.completionTokens ?? 0) * 2000) / 1e6, 9);
    expect(image).toMatchObject({ n: 2, kind: 'image', images: 1, costUsd: 0.5 });
    expect(await provider.bill()).toMatchObject({
      requests: 2,
      billed: 2,
      images: 1,
      duplicates: 0,
      costUsd: (chat?.costUsd ?? 0) + 0.5,
    });
  });

  it('charges a client that hangs up while it waits', async () => {
    const provider = await open({ latencyMs: { chat: 60_000 } });
    const hangUp = new AbortController();
    const waiting = provider.chat(plainRequest('x'), { signal: hangUp.signal });
    while ((await provider.bill()).billed === 0) await sleep(10);

    hangUp.abort();

    await expect(waiting).rejects.toThrow();
    expect(await provider.entries()).toMatchObject([{ billed: true, status: 200 }]);
  });

  it('does not charge a request without a key or one the model cannot take', async () => {
    const provider = await open();

    const responses = [
      await provider.chat(plainRequest('x'), { headers: { authorization: '' } }),
      await provider.chat({ model: 'm' }),
      await provider.chat(undefined, { body: 'no json' }),
    ];

    expect(responses.map(({ status }) => status)).toEqual([401, 400, 400]);
    expect(await provider.bill()).toMatchObject({ requests: 3, billed: 0, costUsd: 0 });
  });

  it('goes on after a restart, although the last line is torn', async () => {
    const provider = await open();
    await provider.chat(plainRequest('x'));
    await provider.chat(plainRequest('y'));
    const before = await provider.bill();
    await provider.stop();
    await appendFile(provider.billFile, '{"n":3,"at":"2025-');

    await provider.restart();
    const after = await provider.bill();
    await provider.chat(plainRequest('x'));

    expect({ ...after, concurrentPeak: before.concurrentPeak }).toEqual(before);
    expect((await provider.entries()).at(-1)).toMatchObject({ n: 3, arrival: 2 });
    expect((await provider.bill()).duplicates).toBe(1);
    expect(await readFile(`${provider.billFile}.torn`, 'utf8')).toContain('{"n":3');
  });

  it('is readable line by line over HTTP, also while it is empty', async () => {
    const provider = await open();

    const empty = await (await provider.get('/bill/entries')).text();
    await provider.chat(plainRequest('x'));
    const lines = await (await provider.get('/bill/entries')).text();

    expect(empty).toBe('');
    expect(
      lines
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(await provider.entries());
  });

  it('knows how many requests were under way at once', async () => {
    const provider = await open({ latencyMs: { chat: 60_000 } });
    const texts = ['a', 'b', 'c'];
    const waiting = Promise.allSettled(texts.map((text) => provider.chat(plainRequest(text))));
    while ((await provider.bill()).billed < texts.length) await sleep(10);

    expect((await provider.bill()).concurrentPeak).toBe(3);
    await provider.stop();
    await waiting;
  });
});

describe('latency', () => {
  it('is the time from arrival to reply and can be changed while the server runs', async () => {
    const provider = await open({ latencyMs: { chat: 300 } });
    const timed = async () => {
      const start = performance.now();
      await provider.chat(plainRequest('x'));
      return performance.now() - start;
    };

    const slow = await timed();
    await provider.control({ latencyMs: { chat: 0 } });
    const fast = [await timed(), await timed(), await timed(), await timed(), await timed()];

    expect(slow).toBeGreaterThanOrEqual(295);
    // A pause of the machine does not meet them all.
    expect(Math.min(...fast)).toBeLessThan(250);
  });

  it('does not keep a server from closing', async () => {
    const provider = await open({ latencyMs: { chat: 60_000 } });
    const waiting = provider.chat(plainRequest('x')).catch(() => 'cut');
    while ((await provider.bill()).billed === 0) await sleep(10);

    await provider.stop();

    expect(await waiting).toBe('cut');
  });
});

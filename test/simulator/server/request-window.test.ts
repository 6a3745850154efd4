import { describe, expect, it } from 'vitest';
import { createRequestWindow } from '../../../simulator/server/request-window.ts';
import { openProvider } from './provider-client.ts';

describe('createRequestWindow', () => {
  it('lets no more in than any 60 seconds may bring, and says when there is room again', () => {
    const window = createRequestWindow(2);

    expect([window.enter(0), window.enter(10_000)]).toEqual([null, null]);
    expect(window.enter(30_000)).toBe(30);
    expect(window.enter(60_000)).toBe(null);
    expect(window.enter(60_001)).toBe(10);
  });

  it('has no limit unless one is set', () => {
    const window = createRequestWindow(null);

    for (let i = 0; i < 1000; i += 1) expect(window.enter(0)).toBeNull();
  });
});

describe('a simulated provider with a limit a minute', () => {
  it('refuses what is above it with 429 and Retry-After, and does not bill it', async () => {
    const provider = await openProvider({ requestsPerMinute: 1 });
    const body = { model: 'm', messages: [{ role: 'user', content: 'Which colour is it?' }] };
    try {
      const statuses = [(await provider.chat(body)).status];
      const refused = await provider.chat(body);

      expect(statuses).not.toContain(429);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
      expect((await provider.entries()).map(({ status }) => status)).toContain(429);
    } finally {
      await provider.dispose();
    }
  });
});

import { describe, expect, it } from 'vitest';
import { type CallIdentity, callKey, seedOf } from '../../../domain/calls/call-key.ts';

const identity: CallIdentity = {
  provider: 'openai-compatible',
  endpointIdentity: 'lab',
  model: 'vlm',
  request: {
    system: null,
    parts: [{ type: 'image', sha256: 'aa', mediaType: 'image/jpeg' }],
    temperature: 0,
  },
  sample: 0,
  redraw: 0,
  cacheScope: null,
};

describe('callKey', () => {
  it('D10: is the same for the same call, in whatever order its members stand', () => {
    const { provider, ...rest } = identity;

    expect(callKey({ ...rest, provider })).toBe(callKey(identity));
    expect(callKey(identity)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['provider', { provider: 'ark' }],
    ['endpoint', { endpointIdentity: 'other' }],
    ['model', { model: 'vlm-2' }],
    ['picture', { request: { parts: [{ type: 'image', sha256: 'bb', mediaType: 'image/jpeg' }] } }],
    ['sampling parameter', { request: { ...(identity.request as object), temperature: 1 } }],
    ['sample', { sample: 1 }],
    ['redraw', { redraw: 1 }],
    ['scope of the cache', { cacheScope: 'run-1' }],
  ])('changes with the %s', (_, change) => {
    expect(callKey({ ...identity, ...change })).not.toBe(callKey(identity));
  });
});

describe('seedOf', () => {
  it('gives each sample and each redraw another seed', () => {
    expect([seedOf(7, 0, 0), seedOf(7, 1, 0), seedOf(7, 1, 2)]).toEqual([7, 8, 2008]);
  });

  it('sends none where none is configured', () => {
    expect(seedOf(null, 3, 1)).toBeNull();
  });
});

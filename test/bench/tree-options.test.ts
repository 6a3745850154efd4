import { describe, expect, it } from 'vitest';
import { parseTreeRequest } from '../../bench/tree-options.ts';

describe('parseTreeRequest', () => {
  it('measures both kinds of item at 1,000 items without latency when told nothing else', () => {
    expect(parseTreeRequest(['tree'])).toEqual({
      items: 1000,
      window: 50,
      latency: { planMs: 0, imageMs: 0, answerMs: 0 },
      strategies: ['imagined-keyframes', 'uniform'],
      stores: false,
      baseline: false,
      json: false,
    });
  });

  it('takes one latency for all calls, or one per kind of call', () => {
    const latencyOf = (text: string) => parseTreeRequest(['tree', '--latency', text]).latency;

    expect(latencyOf('30')).toEqual({ planMs: 30, imageMs: 30, answerMs: 30 });
    expect(latencyOf('2000,5000,4000')).toEqual({ planMs: 2000, imageMs: 5000, answerMs: 4000 });
  });

  it.each([
    ['--items', '0'],
    ['--window', 'many'],
    ['--latency', '1,2,3,4'],
    ['--latency', 'fast'],
    ['--strategy', 'none'],
  ])('refuses %s %s by name', (name, value) => {
    expect(() => parseTreeRequest(['tree', name, value])).toThrow(`${name} is ${value}`);
  });

  it('says how it is called when it is not told to measure the tree', () => {
    expect(() => parseTreeRequest([])).toThrow('npm run bench -- tree');
  });
});

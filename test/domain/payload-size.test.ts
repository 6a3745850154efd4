import { describe, expect, it } from 'vitest';
import { fitIntoPayload, mostPayloadBytes } from '../../domain/payload-size.ts';

const entries = (count: number, text: string) => Array.from({ length: count }, () => ({ text }));
const bytesOf = (list: readonly unknown[]) => Buffer.byteLength(JSON.stringify(list));

describe('what fits into one payload', () => {
  it.each([
    ['letters', 'x'.repeat(900)],
    ['characters of several bytes', '错'.repeat(300)],
    ['characters outside the basic plane', '🎬'.repeat(200)],
    ['half characters', '\ud83c'.repeat(100)],
    ['what JSON escapes', '"\n'.repeat(200)],
  ])('is as much as its bytes allow: %s', (_, text) => {
    const list = entries(100, text);

    const fitting = fitIntoPayload(list);

    expect(bytesOf(list.slice(0, fitting))).toBeLessThan(mostPayloadBytes);
    expect(bytesOf(list.slice(0, fitting + 4))).toBeGreaterThan(mostPayloadBytes - 2048);
  });

  it('is all of a short list, and always the first entry', () => {
    expect(fitIntoPayload([])).toBe(0);
    expect(fitIntoPayload(entries(100, 'x'))).toBe(100);
    expect(fitIntoPayload(entries(3, 'x'.repeat(40_000)))).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import { nearestName } from '../../../domain/text/nearest-name.ts';

const known = ['model', 'maxTokens', 'maxAttempts', 'temperature', 'seed', 'topK', 'price'];

describe('nearestName', () => {
  it.each([
    ['topk', 'topK'],
    ['max_tokens', 'maxTokens'],
    ['max-attempt', 'maxAttempts'],
    ['temprature', 'temperature'],
    ['sede', 'seed'],
    ['temp', 'temperature'],
    ['prcie', 'price'],
  ])('takes %s for %s', (written, meant) => {
    expect(nearestName(written, known)).toBe(meant);
  });

  it('does not guess when nothing is close', () => {
    expect(nearestName('budget', known)).toBeNull();
    expect(nearestName('x', [])).toBeNull();
  });
});

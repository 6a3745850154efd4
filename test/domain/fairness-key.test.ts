import { expect, it } from 'vitest';
import { fairnessKey } from '../../domain/fairness-key.ts';

it('is the run id, or where that is too long or not plain, a name of 64 bytes', () => {
  expect(fairnessKey('pilot-0a1b2c3d')).toBe('pilot-0a1b2c3d');
  expect(fairnessKey('é')).toMatch(/^[0-9a-f]{64}$/);
  expect(fairnessKey('x'.repeat(65))).toMatch(/^[0-9a-f]{64}$/);
  expect(fairnessKey(`${'x'.repeat(64)}a`)).not.toBe(fairnessKey(`${'x'.repeat(64)}b`));
});

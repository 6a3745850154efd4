import { expect, it } from 'vitest';
import { secretsIn } from '../../../adapters/secrets/hide-secrets.ts';

it('the working folder of a shell is no secret, a password variable is one', () => {
  const environment = { PWD: '/home/me/evaluations', LAB_PWD: 'correct-horse-battery' };

  expect(secretsIn(environment)).toEqual(['correct-horse-battery']);
});

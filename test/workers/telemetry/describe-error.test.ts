import { expect, it } from 'vitest';
import { describeError } from '../../../workers/telemetry/describe-error.ts';

it('keeps name, code, message and places, down the causes', () => {
  const cause = Object.assign(new Error('no space left'), { code: 'ENOSPC' });

  const described = describeError(new TypeError('the row was not written', { cause }));

  expect(described).toMatchObject({
    type: 'TypeError',
    message: 'the row was not written',
    cause: { code: 'ENOSPC', message: 'no space left' },
  });
  expect(described.stack).toMatch(/^\s+at /);
});

it('leaves out whatever else hangs on an error: a request, headers, a body', () => {
  const error = Object.assign(new Error('status 400'), {
    request: { messages: ['what does the man hold?'] },
    headers: { authorization: 'Bearer secret-key' },
  });

  const text = JSON.stringify(describeError(error));

  expect(text).not.toContain('what does the man hold');
  expect(text).not.toContain('secret-key');
});

it('ends at causes that go in a circle', () => {
  const error = new Error('one');
  error.cause = error;

  expect(() => JSON.stringify(describeError(error))).not.toThrow();
});

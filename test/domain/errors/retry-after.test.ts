import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../domain/errors/retry-after.ts';

const now = Date.parse('2026-11-21T00:00:00Z');

describe('retryAfterMs', () => {
  it.each([
    ['milliseconds first', { 'retry-after-ms': '1500', 'retry-after': '9' }, 1500],
    ['seconds', { 'retry-after': '9' }, 9000],
    ['fractions of seconds', { 'retry-after': '0.25' }, 250],
    ['a date', { 'retry-after': 'Sat, 21 Nov 2026 00:00:30 GMT' }, 30_000],
    ['a reset in minutes and seconds', { 'x-ratelimit-reset-requests': '1m30s' }, 90_000],
    ['a reset in milliseconds', { 'x-ratelimit-reset-tokens': '6ms' }, 6],
    ['a reset in plain seconds', { 'x-ratelimit-reset-tokens': '3' }, 3000],
    ['a reset as a time', { 'x-ratelimit-reset': String(now / 1000 + 20) }, 20_000],
    [
      'the longest reset',
      { 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '20s' },
      20_000,
    ],
    ['retry-after before resets', { 'retry-after': '2', 'x-ratelimit-reset-tokens': '20s' }, 2000],
    ['at most a quarter of an hour', { 'retry-after': '3600' }, 900_000],
    ['nothing for 0', { 'retry-after': '0' }, null],
    ['nothing for -1', { 'retry-after': '-1', 'x-ratelimit-reset-tokens': '-1s' }, null],
    ['nothing for a date in the past', { 'retry-after': 'Fri, 20 Nov 2026 00:00:00 GMT' }, null],
    ['the next best where one is 0', { 'retry-after-ms': '0', 'retry-after': '4' }, 4000],
    ['nothing for words', { 'retry-after': 'soon', 'x-ratelimit-reset-tokens': 'later' }, null],
    ['nothing without headers', {}, null],
  ])('reads %s', (_, headers, expected) => {
    expect(retryAfterMs(headers, now)).toBe(expected);
  });
});

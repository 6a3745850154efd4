import { describe, expect, it } from 'vitest';
import { readTimeReference } from '../../../../adapters/datasets/reading/time-reference.ts';

describe('readTimeReference', () => {
  it.each([
    ['00:15-00:19', 15, 19],
    ['75:00 - 75:30', 4500, 4530],
    ['1:00:00-1:00:00', 3600, 3600],
    ['59:58-01:00:02', 3598, 3602],
    ['00:01.5–00:02.25', 1.5, 2.25],
  ])('reads %s', (text, startSeconds, endSeconds) => {
    expect(readTimeReference(text)).toEqual({ startSeconds, endSeconds });
  });

  it.each([
    '',
    '00:15',
    '00:15-',
    '00:15-00:19-00:20',
    '00:75-00:80',
    '1:60:00-2:00:00',
    '00:19-00:15',
    'whole video',
  ])('takes %j for no time', (text) => {
    expect(readTimeReference(text)).toBeNull();
  });
});

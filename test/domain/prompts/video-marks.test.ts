import { expect, it } from 'vitest';
import { nameVideos, placeVideos, withoutMarks } from '../../../domain/prompts/video-marks.ts';

it('places every video once, the n-th where the n-th mark stands', () => {
  expect(placeVideos('In <video> and <video>?', 2)).toEqual([
    { text: 'In ' },
    { video: 0 },
    { text: ' and ' },
    { video: 1 },
    { text: '?' },
  ]);
});

it('places videos without a mark first', () => {
  expect(placeVideos('Why?', 2)).toEqual([{ video: 0 }, { video: 1 }, { text: 'Why?' }]);
  expect(placeVideos('In <video>?', 3)).toEqual([
    { video: 1 },
    { video: 2 },
    { text: 'In ' },
    { video: 0 },
    { text: '?' },
  ]);
});

it('leaves a mark too many where it is', () => {
  expect(placeVideos('<video>, <video>', 1)).toEqual([
    { text: '' },
    { video: 0 },
    { text: ', <video>' },
  ]);
});

it.each([
  ['In <video>?', 1, 'In (the video)?'],
  ['In <video> and <video>?', 2, 'In (video 1) and (video 2)?'],
  ['In <video> and <video>?', 1, 'In (the video) and <video>?'],
  ['Why?', 2, 'Why?'],
])('names the videos of %j, of %i, in words: %j', (question, videos, words) => {
  expect(nameVideos(question, videos)).toBe(words);
});

it('leaves marks out of what is searched with', () => {
  expect(withoutMarks('In <video>?')).toBe('In  ?');
});

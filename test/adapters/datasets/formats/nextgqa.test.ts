import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inspectDataset } from '../../../../adapters/datasets/inspect-dataset.ts';
import { readDataset } from '../../../../adapters/datasets/read-dataset.ts';
import { annotationsFolder, hasAnnotations, readPlaced } from '../../../support/dataset-files.ts';

const header = 'video_id,frame_count,width,height,question,answer,qid,type,a0,a1,a2,a3,a4';
const row = (qid: string, answer = 'blue', options = 'red,blue,green,grey,pink'): string =>
  `0123,99,640,480,what ${qid},${answer},${qid},CW,${options}`;
const table = (...rows: readonly string[]): string => [header, ...rows].join('\n');
const evidence = {
  '0123': {
    duration: 9,
    location: {
      '1': [[0.5, 2]],
      '2': [
        [-0.1, 3],
        [5, 12.5],
      ],
    },
    fps: 29.97,
  },
  '0456': { duration: 5, location: {}, fps: 30 },
};

it('joins a question and its spans by video and number', async () => {
  const { items, videos, problems } = await readPlaced('nextgqa', {
    'val.csv': table(row('2'), row('1')),
    'gsub_val.json': evidence,
    'gsub_test.json': {},
    'map_vid_vidorID.json': { '0123': '0007/0123' },
  });

  expect(items).toMatchObject([
    {
      itemId: '0123_2',
      gold: 'B',
      goldSpans: [
        { startSeconds: -0.1, endSeconds: 3 },
        { startSeconds: 5, endSeconds: 12.5 },
      ],
      categories: { type: ['CW'] },
    },
    { itemId: '0123_1', goldSpans: [{ startSeconds: 0.5, endSeconds: 2 }] },
  ]);
  expect(videos[0]).toEqual({ videoId: '0123', files: ['0007/0123', '0123'] });
  expect(problems).toEqual([
    'warning empty_spans: gsub_val.json: video 0456 is listed without a span. Its questions, if there are any, are left out of hit rates.',
    'warning span_after_duration: val.csv, line 2, record 1: an evidence span ends after the video (9 s). It is taken as it stands.',
  ]);
});

it('notes a question without spans, and an answer that two options have', async () => {
  const { items, problems } = await readPlaced('nextgqa', {
    'val.csv': table(row('3'), row('1', 'red', 'red,blue,red,grey,pink')),
    'gsub_val.json': { '0123': evidence['0123'] },
  });

  expect(items.map((item) => [item.itemId, item.goldSpans])).toEqual([['0123_3', []]]);
  expect(problems.map((line) => line.split(':')[0])).toEqual([
    'warning empty_spans',
    'warning equal_options',
    'excluded answer_ambiguous',
  ]);
});

it('takes names of what every object has for names', async () => {
  const { items } = await readPlaced('nextgqa', {
    'val.csv': table(row('constructor'), row('1').replace('0123', 'toString')),
    'gsub_val.json': { '0123': evidence['0123'] },
    'map_vid_vidorID.json': {},
  });

  expect(items.map((item) => [item.itemId, item.goldSpans])).toEqual([
    ['0123_constructor', []],
    ['toString_1', []],
  ]);
});

it('reads questions without their companion, and says what is lost', async () => {
  const { items, problems } = await readPlaced('nextgqa', { 'val.csv': table(row('1')) });

  expect(items).toMatchObject([{ gold: 'B', goldSpans: [] }]);
  expect(problems).toEqual([
    'warning empty_spans: val.csv: there is no gsub_val.json beside it, which says where the answers are seen. Put it there for hit rates.',
  ]);
});

it.each([
  [{ '0123': { duration: 9, location: { '1': [[3, 2]] } } }, '0123.location.1.0 must not end'],
  [{ '0123': { duration: 9, location: { '1': [[3]] } } }, '0123.location.1.0 must be a start'],
  [{ '0123': { location: {} } }, '0123.duration must be a number of seconds'],
])('refuses a damaged companion: %j', async (companion, reason) => {
  const { problems } = await readPlaced('nextgqa', {
    'val.csv': table(row('1')),
    'gsub_val.json': companion,
  });

  expect(problems[0]).toContain(`fatal wrong_format: gsub_val.json: the field ${reason}`);
});

it("refuses NExT-QA's own table", async () => {
  const { problems } = await readPlaced('nextgqa', {
    'val.csv': table(row('1')).replace('video_id', 'video'),
  });

  expect(problems.join()).toContain('fatal missing_column: val.csv, line 1');
});

it.skipIf(!hasAnnotations)('reads the real table (skipped where it is not)', async () => {
  const dataset = { format: 'nextgqa', path: join(annotationsFolder, 'nextgqa/val.subset.csv') };
  const { drafts } = await readDataset(dataset);

  expect(await inspectDataset(dataset)).toMatchObject({
    items: 3215,
    videos: 545,
    answerForms: { text: 3215 },
    categories: { type: { CW: 1409, CH: 467, TN: 842, TC: 448, TP: 49 } },
  });
  expect(drafts.filter(({ spans }) => spans !== null && spans.length > 1)).toHaveLength(327);
  expect(drafts.filter(({ spans }) => spans?.length === 0)).toEqual([]);
});

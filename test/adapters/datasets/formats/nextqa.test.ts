import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inspectDataset } from '../../../../adapters/datasets/inspect-dataset.ts';
import { annotationsFolder, hasAnnotations, readPlaced } from '../../../support/dataset-files.ts';

const header = 'video,frame_count,width,height,question,answer,qid,type,a0,a1,a2,a3,a4';
const row = '0401,369,640,480,how do they play,2,6,CH,roll,tap,strum,hit,none';

it('reads a row, and where the file of its video lies', async () => {
  const { items, videos, problems } = await readPlaced('nextqa', {
    'val.csv': `${header}\n${row}`,
    'map_vid_vidorID.json': { '0401': '0002/0401' },
  });

  expect(problems).toEqual([]);
  expect(items).toMatchObject([
    {
      itemId: '0401_6',
      videoIds: ['0401'],
      gold: 'C',
      categories: { type: ['CH'] },
      source: { frame_count: '369' },
    },
  ]);
  expect(videos).toEqual([{ videoId: '0401', files: ['0002/0401', '0401'] }]);
});

it('takes a number of one video twice for damage, and of two videos for two questions', async () => {
  const other = row.replace('0401', '0402');
  const { problems } = await readPlaced('nextqa', {
    'val.csv': [header, row, other, row].join('\n'),
  });

  expect(problems.filter((line) => line.startsWith('fatal'))).toEqual([
    'fatal duplicate_id: val.csv, line 4, record 3: its id 0401_6 is that of record 1, too. Give each its own id.',
  ]);
});

it.skipIf(!hasAnnotations)('reads the real table (skipped where it is not)', async () => {
  const path = join(annotationsFolder, 'nextqa/val.subset.csv');

  expect(await inspectDataset({ format: 'nextqa', path })).toMatchObject({
    items: 4790,
    videos: 548,
    optionCounts: { 5: 4790 },
    answerForms: { index: 4790 },
    categories: {
      type: { CW: 1842, CH: 663, TN: 858, TC: 632, TP: 51, DL: 283, DC: 168, DO: 293 },
    },
  });
});

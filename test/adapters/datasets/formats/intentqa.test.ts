import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inspectDataset } from '../../../../adapters/datasets/inspect-dataset.ts';
import {
  annotationsFolder,
  hasAnnotations,
  readPlaced,
  withoutSource,
} from '../../../support/dataset-files.ts';

const official =
  'video_id,frame_count,width,height,question,answer,qid,type,a0,a1,a2,a3,a4,action,lemma,lemma_id';
const row = '0138,853,640,360,how did he not fall,4,1,CH,jump,nod,push,play,move,left,leave,130';
const igvlm = ',video_name,question,question_id,answer,video_id,question_type,a0,a1,a2,a3,a4';

const read = (...lines: readonly string[]) =>
  readPlaced('intentqa', { 'val.csv': lines.join('\r\n') });

it('reads the official table and that of IG-VLM to the same items', async () => {
  const own = await read(official, row);
  const other = await read(
    igvlm,
    '1,0138,how did he not fall,0138_CH_1,move,0138,CH,jump,nod,push,play,move',
  );

  expect([...own.problems, ...other.problems]).toEqual([]);
  expect(own.items).toMatchObject([
    {
      itemId: '0138_CH_1',
      videoIds: ['0138'],
      gold: 'E',
      categories: { type: ['CH'] },
      source: { lemma: 'leave' },
    },
  ]);
  expect(other.items.map(withoutSource)).toEqual(own.items.map(withoutSource));
});

it('leaves out an answer beyond the options', async () => {
  const { items, problems } = await read(official, row.replace(',4,1,', ',5,1,'));

  expect(items).toEqual([]);
  expect(problems.map((line) => line.split(':')[0])).toEqual(['excluded answer_not_in_options']);
});

it('says that a file is not there', async () => {
  const { problems } = await readPlaced('intentqa', {}, { path: 'lost/val.csv' });

  expect(problems).toEqual([
    'fatal unreadable: lost/val.csv: there is no such file. Check dataset.path.',
  ]);
});

it.skipIf(!hasAnnotations)('reads the real table (skipped where it is not)', async () => {
  const path = join(annotationsFolder, 'ig-vlm/IntentQA.subset.csv');

  expect(await inspectDataset({ format: 'intentqa', path })).toMatchObject({
    items: 1841,
    videos: 468,
    optionCounts: { 5: 1841 },
    answerForms: { text: 1841 },
    categories: { type: { CW: 1061, TN: 455, CH: 306, TP: 19 } },
  });
});

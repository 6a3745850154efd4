import { expect, it } from 'vitest';
import { readPlaced } from '../../../support/dataset-files.ts';

it('reads a table of open-ended questions of any set', async () => {
  const { items, problems } = await readPlaced('igvlm', {
    'Some_QA.csv': [
      ',video_name,question,question_id,answer,question_type',
      '0,v_a,"What, then?",q1,"A man\u2019s ""hat"".",0',
    ].join('\n'),
  });

  expect(problems).toEqual([]);
  expect(items).toMatchObject([
    {
      itemId: 'q1',
      videoIds: ['v_a'],
      question: 'What, then?',
      options: [],
      gold: 'A man’s "hat".',
    },
  ]);
});

it('reads a table with options as multiple choice', async () => {
  const { items } = await readPlaced('igvlm', {
    'IntentQA.csv': [
      ',video_name,question,question_id,answer,video_id,question_type,a0,a1,a2,a3,a4',
      '1,138,how does he stay up,138_CH_1,balance,138,CH,jump,nod,push,play,balance',
    ].join('\r\n'),
  });

  expect(items).toMatchObject([{ videoIds: ['138'], gold: 'E', options: { length: 5 } }]);
});

it("names TGIF's questions by what is unique, and refuses a repeated id elsewhere", async () => {
  const header = ',video_id,answer,question,video_name,question_id,question_type';
  const tgif = await readPlaced('igvlm', {
    'TGIF.csv': `${header}\n1,FRAMEQA7,a,what?,t,5,0\n2,FRAMEQA8,b,who?,t,5,0`,
  });
  const msvd = await readPlaced('igvlm', {
    'MSVD.csv': `${header}\n1,1201,a,what?,t,5,0\n2,1201,b,who?,t,5,0`,
  });

  expect(tgif.items.map(({ itemId }) => itemId)).toEqual(['FRAMEQA7', 'FRAMEQA8']);
  expect(msvd.problems).toEqual([
    'fatal duplicate_id: MSVD.csv, line 3, record 2: its id 5 is that of record 1, too. Give each its own id.',
  ]);
});

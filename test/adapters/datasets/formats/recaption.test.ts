import { expect, it } from 'vitest';
import { readPlaced } from '../../../support/dataset-files.ts';

const clips = [{ video_name: '0001', caption: 'A bird lands.' }, { video_name: '0002' }];

it('asks for a caption of every clip of the folder, and knows some', async () => {
  const { items, problems } = await readPlaced(
    'recaption',
    { 'annotations.json': clips },
    { path: '' },
  );

  expect(items).toMatchObject([
    { itemId: '0001', videoIds: ['0001'], options: [], gold: 'A bird lands.', categories: {} },
    { itemId: '0002', videoIds: ['0002'], options: [], gold: null },
  ]);
  expect(problems).toEqual([
    'warning missing_gold: annotations.json, line 6, record 2: nobody says what the right answer is. It is asked and not scored.',
  ]);
});

it('asks the same of all: what is there and who does what, without colours and counts', async () => {
  const { items } = await readPlaced('recaption', { 'annotations.json': clips });

  expect(items.map(({ task }) => task)).toEqual(items.map(() => 'caption'));
  expect(items[1]?.question).toBe(items[0]?.question);
  expect(items[0]?.question).toMatch(/background.*characters.*do.*no colours.*no numbers/s);
});

it('refuses a clip that is listed twice or whose name leads elsewhere', async () => {
  const { problems } = await readPlaced('recaption', {
    'annotations.json': [clips[0], clips[0], { video_name: '../0003' }],
  });

  expect(problems).toEqual([
    expect.stringMatching(/^fatal duplicate_id: .* record 2: its id 0001 is that of record 1/),
    expect.stringMatching(/^warning duplicate_question: .* record 2/),
    expect.stringMatching(/^fatal wrong_format: .* record 3: the field video_name contains a path/),
  ]);
});

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { convertIgvlm } from '../../../adapters/datasets/convert-igvlm.ts';
import { placeFiles } from '../../support/dataset-files.ts';

const header = ',video_id,answer,question,video_name,question_id,question_type';

async function convert(...rows: readonly string[]): Promise<Record<string, string>> {
  const folder = await placeFiles({ 'table.csv': [header, ...rows].join('\r\n') });
  const files = await convertIgvlm(join(folder, 'table.csv'), join(folder, 'new', 'out'));
  const read = files.map(async (file) => [basename(file), await readFile(file, 'utf8')] as const);
  return Object.fromEntries(await Promise.all(read));
}

it('writes ActivityNet-QA as its test set, the names without v_, as Python writes JSON', async () => {
  const files = await convert('1,v_a-b,yes,"is the caf\u00e9 ""open""",v_a-b,v_a-b_3,3');

  expect(files).toEqual({
    'test_q.json': [
      '[',
      '    {',
      '        "video_name": "a-b",',
      '        "question_id": "v_a-b_3",',
      '        "question": "is the caf\\u00e9 \\"open\\""',
      '    }',
      ']',
    ].join('\n'),
    'test_a.json': [
      '[',
      '    {',
      '        "answer": "yes",',
      '        "type": 3,',
      '        "question_id": "v_a-b_3"',
      '    }',
      ']',
    ].join('\n'),
  });
});

it('writes the other sets as validation sets, and names TGIF’s questions by what is unique', async () => {
  const files = await convert(
    '1,FRAMEQA7,cookie,what?,tumblr_a,27138,0',
    '2,FRAMEQA8,two,how many?,tumblr_a,27138,1',
  );

  expect(Object.keys(files)).toEqual(['val_q.json', 'val_a.json']);
  expect(JSON.parse(files['val_q.json']!)).toEqual([
    { video_name: 'tumblr_a', question_id: 'FRAMEQA7', question: 'what?' },
    { video_name: 'tumblr_a', question_id: 'FRAMEQA8', question: 'how many?' },
  ]);
  expect(JSON.parse(files['val_a.json']!)).toMatchObject([{ type: 0 }, { type: 1 }]);
});

it('overwrites nothing', async () => {
  const row = '1,1201,man,who?,v,1201_1,0';
  const folder = await placeFiles({ 'table.csv': `${header}\n${row}`, 'val_a.json': '[]' });

  await expect(convertIgvlm(join(folder, 'table.csv'), folder)).rejects.toThrow(
    /val_a\.json is there already\. Name another folder/,
  );
});

it('refuses a damaged table, and one that has no such pair', async () => {
  await expect(convert('1,1201,man,who?,v,1201_1,0', '2,1201,man')).rejects.toThrow(
    /table\.csv, line 3: not a whole table/,
  );
  await expect(convert('1,1201,man,who?,v,1201_1,CH')).rejects.toThrow(/types that are no numbers/);
  await expect(convert()).rejects.toThrow(/it holds no questions/);
});

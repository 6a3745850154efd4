import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { QuestionDraft } from '../../../../adapters/datasets/format.ts';
import type { Problem } from '../../../../adapters/datasets/problem.ts';
import { readTable } from '../../../../adapters/datasets/reading/csv-records.ts';
import {
  isIgvlmTable,
  readIgvlmChoice,
} from '../../../../adapters/datasets/reading/igvlm-choice.ts';
import { placeFiles } from '../../../support/dataset-files.ts';

async function read(...lines: string[]) {
  const path = join(await placeFiles({ 'Set.csv': lines.join('\r\n') }), 'Set.csv');
  const drafts: QuestionDraft[] = [];
  const problems: Problem[] = [];
  const table = await readTable(path, (problem) => problems.push(problem));
  for (const draft of readIgvlmChoice(table, (problem) => problems.push(problem)))
    drafts.push(draft);
  return { draft: drafts[0], drafts, problems, table };
}

describe('readIgvlmChoice', () => {
  it('reads NExT_QA: parts the id, and takes number and text of the answer', async () => {
    const { draft, table } = await read(
      ',video_name,frame_count,width,height,question,answer_number,question_id,question_type,a0,a1,a2,a3,a4,answer',
      '0,4010,369,640,480,how do they play,2,401012,CH,roll,tap,strum,hit,pat,strum',
    );

    expect(draft).toMatchObject({
      place: { line: 2, record: 1 },
      id: '4010_12',
      videos: [{ videoId: '4010' }],
      options: ['roll', 'tap', 'strum', 'hit', 'pat'],
      answer: { form: 'index-and-text', index: 2, text: 'strum' },
      categories: { type: ['CH'] },
    });
    expect(isIgvlmTable(table)).toBe(true);
  });

  it('reads IntentQA, which has the text of the answer alone', async () => {
    const { draft } = await read(
      ',video_name,question,question_id,answer,video_id,question_type,a0,a1,a2,a3,a4',
      '1,1388,how,1388_CH_1,move,1388,CH,jump,nod,push,play,move',
    );

    expect(draft).toMatchObject({
      id: '1388_CH_1',
      answer: { form: 'text', text: 'move' },
      categories: { type: ['CH'] },
    });
  });

  it('reads STAR: four options, and the bounds in the name of the clip', async () => {
    const { draft } = await read(
      ',video_name,question,answer_number,question_id,question_type,a0,a1,a2,a3,answer',
      '1,OY3LS_0_38.425000000000004,Which?,3,Sequence_T2_7,Sequence_T2,The bag.,The bed.,The door.,The book.,The book.',
    );

    expect(draft).toMatchObject({
      id: 'Sequence_T2_7',
      videos: [
        {
          videoId: 'OY3LS_0_38.425000000000004',
          files: ['Charades_v1_480/OY3LS', 'OY3LS'],
          clip: { startSeconds: 0, endSeconds: 38.425000000000004 },
        },
      ],
      options: ['The bag.', 'The bed.', 'The door.', 'The book.'],
      answer: { form: 'index-and-text', index: 3, text: 'The book.' },
      categories: { type: ['Sequence'], template: ['Sequence_T2'] },
    });
  });

  it('names a question of EgoSchema by its video', async () => {
    const { draft } = await read(
      ',video_name,question_id,question,answer,a0,a1,a2,a3,a4',
      '1,0074-f737,1ZdZ8a,"What, then?","C, cleans","C, cooks",b,"C, cleans",d,e',
    );

    expect(draft).toMatchObject({
      id: '0074-f737',
      videos: [{ videoId: '0074-f737' }],
      question: 'What, then?',
      answer: { form: 'text', text: 'C, cleans' },
      categories: {},
    });
  });

  it('refuses a table that lacks a column, and says which', async () => {
    const { drafts, problems, table } = await read('video_name,question,answer,a0,a1', 'v,q,x,x,y');

    expect(drafts).toEqual([]);
    expect(problems).toMatchObject([{ kind: 'missing_column', file: table?.file, line: 1 }]);
    expect(problems[0]?.what).toContain('column question_id and the column a2 and the column a3');
  });
});

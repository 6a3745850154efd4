import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../../../../adapters/datasets/problem.ts';
import { readRows, readTable } from '../../../../adapters/datasets/reading/csv-records.ts';

let file: string;
beforeAll(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'csv-records-')), 'rows.csv');
});
afterAll(() => rm(join(file, '..'), { recursive: true, force: true }));

async function read(content: string | Uint8Array, columns: readonly string[] = []) {
  await writeFile(file, content);
  const problems: Problem[] = [];
  const rows = await readRows(file, columns, (problem) => problems.push(problem));
  return { rows, problems: problems.map(({ kind, line, what }) => ({ kind, line, what })) };
}

describe('readRows', () => {
  it('reads quotes, commas and line breaks in cells, an unnamed column, and either line ending', async () => {
    const { rows, problems } = await read('\uFEFF,q,a\r\n0,"one, ""two""\nthree",x\r\n\r\n1,"",y');

    expect(problems).toEqual([]);
    expect(rows).toEqual([
      { place: { file, line: 2, record: 1 }, value: { '': '0', q: 'one, "two"\nthree', a: 'x' } },
      { place: { file, line: 5, record: 2 }, value: { '': '1', q: '', a: 'y' } },
    ]);
  });

  it('counts lines as an editor does, blank ones and those in a cell included', async () => {
    const { rows } = await read('q,a\r\n\r\n1,"x\r\ny"\r\n\r\n\r\n2,é\r\n3,z');

    expect(rows.map(({ place }) => place.line)).toEqual([3, 7, 8]);
  });

  it('points to the row in which a quote was opened, not to the end of the file', async () => {
    const { problems } = await read('q,a\n1,2\n\n3,"4\n5,6\n7,8\n');

    expect(problems).toEqual([
      {
        kind: 'wrong_format',
        line: 4,
        what: 'not a whole table (a quote opened at or after record 2 is never closed)',
      },
    ]);
  });

  it('refuses two columns of one name, of which one would be lost', async () => {
    const { rows, problems } = await read('q,a,b,a\n1,2,3,4\n');

    expect(rows).toEqual([]);
    expect(problems).toEqual([{ kind: 'wrong_format', line: 1, what: 'two columns are called a' }]);
  });

  it.each([
    ['a row with a cell too few', 'q,a\n1,2\n3\n', 3],
    ['a row with a cell too many', 'q,a\n1,2\n3,4,5\n', 3],
    ['a quote that is never closed', 'q,a\n1,"2\n', 2],
    ['something behind a closed quote', 'q,a\n1,"x"y\n', 2],
  ])('refuses %s with its line', async (_, content, line) => {
    const { rows, problems } = await read(content);

    expect(rows).toEqual([]);
    expect(problems).toEqual([
      { kind: 'wrong_format', line, what: expect.stringMatching(/^not a whole table/) as string },
    ]);
  });

  it('names every column that is missing, and those that are there', async () => {
    const { rows, problems } = await read('q,a\n1,2\n', ['q', 'video', 'qid']);

    expect(rows).toEqual([]);
    expect(problems).toEqual([
      {
        kind: 'missing_column',
        line: 1,
        what: 'the table lacks the column video and the column qid; it has "q", "a"',
      },
    ]);
  });

  it('refuses what is not UTF-8, with the line', async () => {
    const { problems } = await read(Buffer.from('q,a\n1,2\n3,caf\u00e9\n', 'latin1'));

    expect(problems).toEqual([{ kind: 'unreadable', line: 3, what: 'it is not UTF-8 text' }]);
  });

  it('says that there is no file', async () => {
    const problems: Problem[] = [];
    await readRows(`${file}.none`, [], (problem) => problems.push(problem));

    expect(problems).toMatchObject([{ kind: 'unreadable', what: 'there is no such file' }]);
  });
});

describe('readTable', () => {
  it('takes quotes of tab-separated values as they stand', async () => {
    await writeFile(file, 'gif\tquestion\nx\ta "b" c\n');

    const table = await readTable(file, () => undefined, { delimiter: '\t' });

    expect(table?.rows.map(({ value }) => value)).toEqual([{ gif: 'x', question: 'a "b" c' }]);
  });
});

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
      { place: { file, line: 4, record: 2 }, value: { '': '1', q: '', a: 'y' } },
    ]);
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

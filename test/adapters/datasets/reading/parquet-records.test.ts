import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../../adapters/datasets/problem.ts';
import { readParquetRecords } from '../../../../adapters/datasets/reading/parquet-records.ts';
import { placeFiles } from '../../../support/dataset-files.ts';

async function read(bytes: Uint8Array | string) {
  const file = join(await placeFiles({ 'rows.parquet': bytes }), 'rows.parquet');
  const problems: Problem[] = [];
  const records = await readParquetRecords(file, (problem) => problems.push(problem));
  return { records, problems, file };
}

const whole = new Uint8Array(
  parquetWriteBuffer({
    columnData: [
      { name: 'id', data: ['one', 'two'], type: 'STRING' },
      { name: 'choice', data: [3n, null], type: 'INT64' },
      { name: 'big', data: [2n ** 60n, 0n], type: 'INT64' },
      { name: 'options', data: [['red', 'blue'], ['é']], type: 'JSON' },
      { name: 'seen', data: [new Date(0), new Date(1)], type: 'TIMESTAMP' },
    ],
  }),
);

describe('readParquetRecords', () => {
  it('reads rows with their numbers, as values that JSON has', async () => {
    const { records, problems, file } = await read(whole);

    expect(problems).toEqual([]);
    expect(records).toEqual([
      {
        place: { file, line: null, record: 1 },
        value: {
          id: 'one',
          choice: 3,
          big: '1152921504606846976',
          options: ['red', 'blue'],
          seen: '1970-01-01T00:00:00.000Z',
        },
      },
      {
        place: { file, line: null, record: 2 },
        value: {
          id: 'two',
          choice: null,
          big: 0,
          options: ['é'],
          seen: '1970-01-01T00:00:00.001Z',
        },
      },
    ]);
  });

  it.each([
    ['is cut short', whole.subarray(0, whole.length - 20)],
    ['is cut in the middle', whole.subarray(0, whole.length / 2)],
    ['has lost its head', whole.subarray(whole.length / 2)],
    ['is empty', ''],
    ['is a page that says why there is no file', '<html>Sign in</html>'],
  ])('refuses a file that %s', async (_, bytes) => {
    const { records, problems, file } = await read(bytes);

    expect(records).toEqual([]);
    expect(problems).toMatchObject([{ kind: 'wrong_format', severity: 'fatal', file }]);
    expect(problems[0]?.what).toMatch(/^not a whole Parquet file \(.+\)$/);
  });

  it('says that a file is not there', async () => {
    const file = join(await placeFiles({}), 'lost.parquet');
    const problems: Problem[] = [];

    expect(await readParquetRecords(file, (problem) => problems.push(problem))).toEqual([]);
    expect(problems).toMatchObject([{ kind: 'unreadable', what: 'there is no such file', file }]);
  });
});

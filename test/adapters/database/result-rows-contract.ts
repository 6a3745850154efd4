import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../adapters/database/open-database.ts';
import type { Row } from '../../../domain/row.ts';
import { failedRow, sampleItems, sampleRow, sampleRun } from './sample-run.ts';

/** What every database keeps of result rows; `open` gives an empty one. */
export function describeResultRows(open: () => Promise<Database>): void {
  let database: Database;
  beforeEach(async () => {
    database = await open();
    await database.runs.create(sampleRun('r1'), sampleItems(6));
    await database.runs.openDrive('r1', { kind: 'unfinished' });
  });
  afterEach(() => database.close());

  const nextDrive = async (drive: number) => {
    const everything = { kind: 'retry', filter: {} } as const;
    await database.runs.closeDrive('r1', drive - 1);
    await database.runs.openDrive('r1', everything);
  };
  const allRows = async () => {
    const rows: Row[] = [];
    for await (const row of database.runs.rows('r1')) rows.push(row);
    return rows;
  };

  test('gives back a row as it was recorded', async () => {
    const row = sampleRow('q0', 1, 'answered');

    await database.runs.recordRows('r1', 1, [row]);

    expect(await database.runs.row('r1', 'q0', 0)).toEqual(row);
    expect(await database.runs.row('r1', 'q0', 1)).toBeNull();
    expect(await database.runs.row('r1', 'q1', 0)).toBeNull();
  });

  test('recording the same end again changes nothing', async () => {
    await database.runs.recordRows('r1', 1, [sampleRow('q0', 1, 'answered')]);
    const again = sampleRow('q0', 1, 'failed', { finished_at: '2031-01-01T00:00:00.000Z' });

    await database.runs.recordRows('r1', 1, [again, sampleRow('q1', 1, 'answered')]);

    expect(await database.runs.row('r1', 'q0', 0)).toEqual(sampleRow('q0', 1, 'answered'));
    expect(await database.runs.counts('r1')).toMatchObject({ answered: 2, failed: 0 });
  });

  test('keeps earlier ends flat, oldest first', async () => {
    const failure = { class: 'timeout', step: 'answer', message: 'too slow', attempts: 2 } as const;
    await database.runs.recordRows('r1', 1, [failedRow('q0', 1, {})]);
    await nextDrive(2);
    await database.runs.recordRows('r1', 2, [sampleRow('q0', 2, 'unparsed')]);
    await nextDrive(3);
    await database.runs.recordRows('r1', 3, [sampleRow('q0', 3, 'answered')]);

    const row = await database.runs.row('r1', 'q0', 0);

    expect(row).toMatchObject({ drive: 3, outcome: 'answered' });
    expect(row?.previous_attempts).toEqual([
      {
        drive: 1,
        outcome: 'failed',
        answer: null,
        failure,
        usage: row?.usage,
        finished_at: '2030-01-01T00:00:01.000Z',
      },
      {
        drive: 2,
        outcome: 'unparsed',
        answer: null,
        failure: null,
        usage: row?.usage,
        finished_at: '2030-01-01T00:00:02.000Z',
      },
    ]);
  });

  test('an older drive never overwrites a newer one', async () => {
    await database.runs.recordRows('r1', 1, [failedRow('q0', 1, {})]);
    await nextDrive(2);

    await database.runs.recordRows('r1', 1, [sampleRow('q0', 1, 'answered')]);
    const beforeItsEnd = await database.runs.counts('r1');
    await database.runs.recordRows('r1', 2, [sampleRow('q0', 2, 'unparsed')]);
    await database.runs.recordRows('r1', 1, [sampleRow('q0', 1, 'answered')]);

    expect(beforeItsEnd).toMatchObject({ answered: 0, pending: 6 });
    expect(await database.runs.row('r1', 'q0', 0)).toMatchObject({ drive: 2, outcome: 'unparsed' });
  });

  test('an item taken up again keeps its row until the new one comes', async () => {
    await database.runs.recordRows('r1', 1, [failedRow('q0', 1, {})]);

    await nextDrive(2);

    expect(await allRows()).toMatchObject([{ item_id: 'q0', drive: 1, outcome: 'failed' }]);
  });

  test('writes all rows of a batch or none', async () => {
    const batch = [sampleRow('q0', 1, 'answered'), sampleRow('stranger', 1, 'answered')];

    await expect(database.runs.recordRows('r1', 1, batch)).rejects.toThrow(/stranger/);

    expect(await allRows()).toEqual([]);
    expect(await database.runs.counts('r1')).toMatchObject({ answered: 0, pending: 6 });
  });

  test('reads rows of many pages in the order of the file', async () => {
    const twoSamples = sampleItems(450).flatMap((item) => [
      { ...item, position: item.position * 2 },
      { ...item, position: item.position * 2 + 1, sample: 1 },
    ]);
    await database.runs.create(sampleRun('r2'), twoSamples);
    await database.runs.openDrive('r2', { kind: 'unfinished' });
    const rows = twoSamples.map((item) =>
      sampleRow(item.itemId, 1, 'answered', { sample: item.sample }),
    );
    await database.runs.recordRows('r2', 1, rows.toReversed());

    const read: string[] = [];
    for await (const row of database.runs.rows('r2')) read.push(`${row.item_id}/${row.sample}`);

    expect(read).toEqual(twoSamples.map((item) => `${item.itemId}/${item.sample}`));
  });
}

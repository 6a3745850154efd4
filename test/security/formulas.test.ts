import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Row } from '../../domain/row.ts';
import { exportCsv } from '../../results/export-csv.ts';
import { failedRow, sampleRow } from '../results/sample-run.ts';
import { sampleStores } from '../results/sample-stores.ts';
import { formulas } from './formulas.ts';
import { readCsv } from './read-csv.ts';

/** Each of a row's texts that somebody else can write. */
const placed: Readonly<Record<string, (text: string) => Row>> = {
  item_id: (text) => sampleRow(text, 'B'),
  question: (question) => sampleRow('q', 'B', { question }),
  task: (task) => sampleRow('q', 'B', { task }),
  video_ids: (text) => sampleRow('q', 'B', { video_ids: ['v', text] }),
  answer: (answer) => sampleRow('q', 'B', { answer }),
  answer_text: (answer_text) => sampleRow('q', 'B', { answer_text }),
  options: (text) => sampleRow('q', 'B', { options: [{ letter: 'A', text }] }),
  gold: (gold) => sampleRow('q', 'B', { gold }),
  categories: (text) => sampleRow('q', 'B', { categories: { [text]: [text] } }),
  response_model: (response_model) => sampleRow('q', 'B', { response_model }),
  failure_message: (message) => {
    const row = failedRow('q', 'timeout');
    return { ...row, failure: { ...row.failure!, message } };
  },
};

const isFormula = (cell: string) =>
  /^[\s\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(cell);

describe('a CSV export', () => {
  it('has a corpus of at least 40', () => {
    expect(new Set(formulas).size).toBeGreaterThanOrEqual(40);
  });

  it.each(Object.entries(placed))(
    'holds no formula in %s, and keeps the text',
    async (column, at) => {
      const records = readCsv(await exported(formulas.map(at)), ',');

      const cells = records.slice(1).map((record) => record[records[0]!.indexOf(column)]!);
      expect(records.every((record) => record.length === records[0]!.length)).toBe(true);
      expect(records.flat().filter(isFormula)).toEqual([]);
      const bare = (text: string) => text.replaceAll("'", '');
      cells.forEach((cell, index) => expect(bare(cell)).toContain(bare(formulas[index]!)));
    },
  );

  it.each([';', '\t'])('holds none for a reader who separates cells by %j', async (separator) => {
    const rows = Object.values(placed).flatMap((at) => formulas.map(at));

    const cells = readCsv(await exported(rows), separator).flat();

    expect(cells.length).toBeGreaterThan(rows.length);
    expect(cells.filter(isFormula)).toEqual([]);
  });

  it('leaves numbers and harmless texts as they are', async () => {
    const [titles, record] = readCsv(
      await exported([sampleRow('a=1, b-2', 'B', { question: 'Is 1+1=2 @ "home"?' })]),
      ',',
    );

    const cell = (name: string) => record![titles!.indexOf(name)];
    expect(cell('item_id')).toBe('a=1, b-2');
    expect(cell('question')).toBe('Is 1+1=2 @ "home"?');
    expect(cell('correct')).toBe('true');
    expect(cell('usage_calls')).toMatch(/^\d+$/);
  });

  it('replaces the file at once and streams the rows', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'csv-'));
    async function* broken() {
      yield sampleRow('q1', 'B');
      throw new Error('the database is gone');
    }
    try {
      const file = await exportCsv(
        sampleStores({ rows: [sampleRow('q1', 'B')] }).runs,
        'r',
        directory,
      );
      const before = await readFile(file, 'utf8');

      await expect(exportCsv({ rows: broken }, 'r', directory)).rejects.toThrow('database is gone');

      expect(await readFile(file, 'utf8')).toBe(before);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

async function exported(rows: readonly Row[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'csv-'));
  try {
    return await readFile(await exportCsv(sampleStores({ rows }).runs, 'r', directory), 'utf8');
  } finally {
    await rm(directory, { recursive: true });
  }
}

import Libsql from 'libsql';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cachingStatements } from '../../../adapters/database/statement-cache.ts';

let database: Libsql.Database;
beforeEach(() => {
  database = new Libsql(':memory:');
  database.exec('CREATE TABLE cells (id INTEGER PRIMARY KEY)');
});
afterEach(() => {
  database.close();
});

test('prepares an SQL text once, and works again after a failure', () => {
  const prepare = vi.spyOn(database, 'prepare');
  const prepared = cachingStatements(database);
  const insert = (id: number) => prepared('INSERT INTO cells VALUES (?)', 1).run([id]).changes;

  expect(insert(1)).toBe(1);
  expect(() => insert(1)).toThrow(/UNIQUE/);
  expect(insert(2)).toBe(1);

  expect(prepare).toHaveBeenCalledTimes(1);
});

test('keeps what is used and drops what was unused for longest', () => {
  const prepare = vi.spyOn(database, 'prepare');
  const prepared = cachingStatements(database);
  prepared('SELECT -1', 0);
  prepared('SELECT -2', 0);

  for (let n = 0; n < 1_000; n += 1) {
    prepared(`SELECT ${n}`, 0);
    prepared('SELECT -1', 0);
  }
  prepared('SELECT -2', 0);

  expect(prepare).toHaveBeenCalledTimes(1_003);
});

test('does not keep a statement made for a long list', () => {
  const prepare = vi.spyOn(database, 'prepare');
  const prepared = cachingStatements(database);

  prepared('SELECT 1', 250);
  prepared('SELECT 1', 250);

  expect(prepare).toHaveBeenCalledTimes(2);
});

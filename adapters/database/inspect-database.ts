import { stat } from 'node:fs/promises';
import Database from 'libsql';

export type InspectedDatabase = {
  /** `ok`, or what is damaged; null when the file is too large for a short look. */
  readonly integrity: string | null;
  readonly journalMode: string;
  /** The newest migration that was applied. */
  readonly schemaVersion: number;
};

/** Reading that much takes a second or two; more is the business of a verification. */
const mostBytes = 512 * 2 ** 20;

/** Has SQLite look at a database file, beside whoever works with it. */
export async function inspectDatabase(path: string): Promise<InspectedDatabase> {
  const { size } = await stat(path);
  const database = new Database(path);
  const value = (statement: string): unknown =>
    Object.values(database.prepare(statement).get() ?? {})[0];
  try {
    return {
      integrity: size > mostBytes ? null : String(value('pragma quick_check(1)')),
      journalMode: String(value('pragma journal_mode')),
      schemaVersion: Number(value('select max(version) from schema_migrations') ?? 0),
    };
  } finally {
    database.close();
  }
}

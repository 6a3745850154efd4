import { StepError } from '../../domain/errors/step-error.ts';
import { classifyStorage } from '../../domain/errors/storage-failure.ts';

/** What the file system or another process does to a database. */
const notOurs = /^SQLITE_(BUSY|LOCKED|FULL|READONLY|CANTOPEN|IOERR|PROTOCOL|NOMEM|CORRUPT|NOTADB)/;

/**
 * Turns what the file system or another process did to the database into a `storage` error; a
 * mistake in our own SQL stays what it is.
 */
export function databaseError(error: unknown): unknown {
  const code = sqliteCode(error);
  if (!notOurs.test(code) || !(error instanceof Error)) return error;
  const message = `the database answered ${code}: ${error.message}`;
  return new StepError('storage', classifyStorage(code).action, message, { cause: error });
}

/** Whether another process holds the lock for a moment. */
export function isBusy(error: unknown): boolean {
  return sqliteCode(error).startsWith('SQLITE_BUSY');
}

function sqliteCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

/** Something the database must hold and does not: retrying cannot bring it back. */
export function missingRecord(what: string): StepError {
  return new StepError('storage', 'fail', `${what} is not in the database`);
}

import { StepError } from '../../domain/step-error.ts';
import type { FailureAction } from '../../domain/step-error.ts';

const actions: readonly { readonly code: string; readonly action: FailureAction }[] = [
  { code: 'SQLITE_BUSY', action: 'wait' },
  { code: 'SQLITE_LOCKED', action: 'wait' },
  { code: 'SQLITE_FULL', action: 'wait' },
  { code: 'SQLITE_READONLY', action: 'wait' },
  { code: 'SQLITE_CANTOPEN', action: 'wait' },
  { code: 'SQLITE_IOERR', action: 'retry' },
  { code: 'SQLITE_PROTOCOL', action: 'retry' },
  { code: 'SQLITE_NOMEM', action: 'retry' },
  { code: 'SQLITE_CORRUPT', action: 'stop' },
  { code: 'SQLITE_NOTADB', action: 'stop' },
];

/**
 * Turns what the file system or another process did to the database into a `storage` error; a
 * mistake in our own SQL stays what it is.
 */
export function databaseError(error: unknown): unknown {
  const code = sqliteCode(error);
  const known = actions.find((entry) => code.startsWith(entry.code));
  if (known === undefined || !(error instanceof Error)) return error;
  const message = `the database answered ${code}: ${error.message}`;
  return new StepError('storage', known.action, message, { cause: error });
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

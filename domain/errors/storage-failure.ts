import type { FailureMeaning } from './error-row.ts';

/** What a person mends while runs wait: a full disk, a quota, missing rights. */
const mendable = /^(ENOSPC|EDQUOT|EROFS|EACCES|EPERM|SQLITE_FULL|SQLITE_READONLY|SQLITE_CANTOPEN)/;
/** What no writing brings back. */
const damaged = /^(SQLITE_CORRUPT|SQLITE_NOTADB)/;
/** Another process holds it for a moment: no attempt is used up. */
const busy = /^(SQLITE_BUSY|SQLITE_LOCKED)/;

/**
 * What a failed read or write of a file, the database or an object store means. Nothing that is
 * paid for is asked for again because of it.
 *
 * @param code  of the system, SQLite or the object store, such as `ENOSPC` or `SlowDown`
 */
export function classifyStorage(code: string): FailureMeaning {
  if (mendable.test(code)) return { row: 28, class: 'storage', action: 'wait' };
  if (damaged.test(code)) return { row: 28, class: 'storage', action: 'stop' };
  return { row: 27, class: 'storage', action: busy.test(code) ? 'wait' : 'retry' };
}

import { SelectQueryNode } from 'kysely';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import Libsql from 'libsql';
import { databaseError, isBusy } from './database-error.ts';
import { cachingStatements } from './statement-cache.ts';

/** One connection to a file, for one user at a time. */
export type LibsqlConnection = DatabaseConnection & {
  /** Starts a transaction and takes its lock at once. */
  begin(lock: Lock): Promise<void>;
  commit(): void;
  /** Does nothing outside a transaction. */
  rollBack(): void;
  close(): void;
};

type Lock = 'read' | 'write';

const beginWith: Record<Lock, string> = {
  // BEGIN alone takes no lock: reading something does.
  read: 'BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1',
  write: 'BEGIN IMMEDIATE',
};

/** How long one try for a lock may block the event loop; between tries it is free. */
const blockingWaitMs = 20;

/**
 * Opens a file for several processes at once (WAL); a commit is on disk when it returns.
 *
 * @param lockWaitMs how long to wait for the lock of another process
 * @throws {StepError} class `storage` from every operation that the file or a lock is in the way of
 */
export async function connectLibsql(path: string, lockWaitMs: number): Promise<LibsqlConnection> {
  const database = new Libsql(path, { timeout: blockingWaitMs });
  const prepared = cachingStatements(database);
  const begin = (lock: Lock) => execTakingLock(database, beginWith[lock], lockWaitMs);
  const commit = () => exec(database, 'COMMIT');
  const rollBack = () => {
    // A full disk has rolled back already; a second ROLLBACK would hide the first error.
    if (database.inTransaction) exec(database, 'ROLLBACK');
  };

  await execTakingLock(database, 'PRAGMA journal_mode = WAL', lockWaitMs);
  exec(database, 'PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864');

  const run = <Row>({ sql, parameters }: CompiledQuery): QueryResult<Row> => {
    const bound = parameters.map(bindable);
    try {
      const statement = prepared(sql, bound.length);
      if (!statement.reader) {
        return { rows: [], numAffectedRows: BigInt(statement.run(bound).changes) };
      }
      return { rows: statement.all(bound).map((row) => readable(row) as Row) };
    } catch (error) {
      throw databaseError(error);
    }
  };

  return {
    begin,
    commit,
    rollBack,
    async executeQuery<Row>(query: CompiledQuery) {
      if (database.inTransaction) return run<Row>(query);
      await begin(SelectQueryNode.is(query.query) ? 'read' : 'write');
      try {
        const result = run<Row>(query);
        commit();
        return result;
      } catch (error) {
        rollBack();
        throw error;
      }
    },
    streamQuery() {
      throw new Error('the database is read in pages, not as a stream');
    },
    close: () => close(database),
  };
}

/**
 * Runs SQL that may meet the lock of another process. Locks are taken by `exec` alone, also for a
 * single query: a prepared statement that met one is not reset by libsql, and then nothing can be
 * committed until it is garbage-collected.
 */
async function execTakingLock(
  database: Libsql.Database,
  sql: string,
  waitMs: number,
): Promise<void> {
  const giveUpAt = performance.now() + waitMs;
  for (;;) {
    try {
      database.exec(sql);
      return;
    } catch (error) {
      if (database.inTransaction) database.exec('ROLLBACK');
      if (!isBusy(error) || performance.now() > giveUpAt) throw databaseError(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 20 * Math.random()));
  }
}

function exec(database: Libsql.Database, sql: string): void {
  try {
    database.exec(sql);
  } catch (error) {
    throw databaseError(error);
  }
}

/** Leaves the data in the file itself where nobody else is reading, so that a copy is whole. */
function close(database: Libsql.Database): void {
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // The log beside the file has everything as well.
  }
  database.close();
}

/** libsql aborts the whole process on a value that it does not know. */
function bindable(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Uint8Array) return value;
  throw new TypeError(`a ${typeof value} cannot be stored in a column`);
}

/** libsql gives bytes as ArrayBuffer. */
function readable(row: unknown): unknown {
  const cells = row as Record<string, unknown>;
  for (const [name, value] of Object.entries(cells)) {
    if (value instanceof ArrayBuffer) cells[name] = new Uint8Array(value);
  }
  return cells;
}

import { SelectQueryNode, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely';
import Libsql from 'libsql';
import { databaseError, isBusy } from './database-error.ts';

/** How long one try may block the event loop; between tries it is free (heartbeats go on). */
const blockingWaitMs = 20;

/**
 * Kysely over libsql: one connection, used by one query or transaction at a time. A
 * transaction that is not `read only` takes the write lock at its start, so that it never fails
 * half-way because another process wrote in between.
 *
 * @param lockWaitMs how long to wait for a lock before it is a `storage` error; 10 s by default
 */
export function libsqlDialect(path: string, lockWaitMs = 10_000): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => libsqlDriver(path, lockWaitMs),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

function libsqlDriver(path: string, lockWaitMs: number): Driver {
  let opened: Libsql.Database | undefined;
  const turns = takingTurns();
  const database = () => {
    if (opened === undefined) throw new Error('the database is closed');
    return opened;
  };
  const locking = (sql: string) => takingLock(database(), sql, lockWaitMs);
  const connection = connectionTo(database, locking);

  return {
    async init() {
      opened = new Libsql(path, { timeout: blockingWaitMs });
      await locking('PRAGMA journal_mode = WAL');
      // A paid answer survives a power cut as soon as it is committed.
      opened.exec('PRAGMA synchronous = FULL');
    },
    async acquireConnection() {
      await turns.take();
      return connection;
    },
    async releaseConnection() {
      turns.give();
    },
    async beginTransaction(_connection, { accessMode }) {
      await locking(accessMode === 'read only' ? readLock : writeLock);
    },
    async commitTransaction() {
      execute(database(), 'COMMIT');
    },
    async rollbackTransaction() {
      rollBack(database());
    },
    async destroy() {
      await turns.take();
      opened?.close();
      opened = undefined;
      turns.give();
    },
  };
}

/** A query outside a transaction gets one of its own, for the sake of `takingLock`. */
function connectionTo(
  database: () => Libsql.Database,
  locking: (sql: string) => Promise<void>,
): DatabaseConnection {
  return {
    async executeQuery<Row>(query: CompiledQuery) {
      const connected = database();
      if (connected.inTransaction) return runQuery<Row>(connected, query);
      await locking(SelectQueryNode.is(query.query) ? readLock : writeLock);
      try {
        const result = runQuery<Row>(connected, query);
        execute(connected, 'COMMIT');
        return result;
      } catch (error) {
        rollBack(connected);
        throw error;
      }
    },
    streamQuery() {
      throw new Error('the database is read in pages, not as a stream');
    },
  };
}

const writeLock = 'BEGIN IMMEDIATE';
/** BEGIN alone takes no lock: reading something does. */
const readLock = 'BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1';

/**
 * Runs SQL that may meet another process's lock. Always by `exec`: a prepared statement that met
 * a lock is not reset by libsql, and nothing can be committed until it is garbage-collected.
 */
async function takingLock(database: Libsql.Database, sql: string, waitMs: number): Promise<void> {
  const giveUpAt = performance.now() + waitMs;
  for (;;) {
    try {
      database.exec(sql);
      return;
    } catch (error) {
      rollBack(database);
      if (!isBusy(error) || performance.now() > giveUpAt) throw databaseError(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 20 * Math.random()));
  }
}

function execute(database: Libsql.Database, sql: string): void {
  try {
    database.exec(sql);
  } catch (error) {
    throw databaseError(error);
  }
}

/** A full disk has rolled back already; a second ROLLBACK would hide the first error. */
function rollBack(database: Libsql.Database): void {
  if (database.inTransaction) execute(database, 'ROLLBACK');
}

function runQuery<Row>(database: Libsql.Database, query: CompiledQuery): QueryResult<Row> {
  try {
    const statement = database.prepare(query.sql);
    const bound = query.parameters.map(bindable);
    if (statement.reader) {
      return { rows: statement.all(bound).map((row) => readable(row) as Row) };
    }
    return { rows: [], numAffectedRows: BigInt(statement.run(bound).changes) };
  } catch (error) {
    throw databaseError(error);
  }
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

/** One holder at a time, in the order of asking. */
function takingTurns(): { take(): Promise<void>; give(): void } {
  const waiting: (() => void)[] = [];
  let isTaken = false;
  return {
    take() {
      if (isTaken) return new Promise((resolve) => waiting.push(resolve));
      isTaken = true;
      return Promise.resolve();
    },
    give() {
      const next = waiting.shift();
      if (next === undefined) isTaken = false;
      else next();
    },
  };
}

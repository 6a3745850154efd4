import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { Dialect, Driver } from 'kysely';
import { connectLibsql } from './libsql-connection.ts';
import type { LibsqlConnection } from './libsql-connection.ts';

/**
 * Kysely over libsql: one connection, used by one query or transaction at a time. A transaction
 * that is not `read only` takes the write lock at its start, so that it never fails half-way
 * because another process wrote in between.
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
  let opened: LibsqlConnection | undefined;
  const turns = takingTurns();
  const connection = () => {
    if (opened === undefined) throw new Error(`the database ${path} is closed`);
    return opened;
  };

  return {
    async init() {
      opened = await connectLibsql(path, lockWaitMs);
    },
    async acquireConnection() {
      await turns.take();
      return connection();
    },
    async releaseConnection() {
      turns.give();
    },
    beginTransaction: (_connection, { accessMode }) =>
      connection().begin(accessMode === 'read only' ? 'read' : 'write'),
    async commitTransaction() {
      connection().commit();
    },
    async rollbackTransaction() {
      connection().rollBack();
    },
    async destroy() {
      await turns.take();
      opened?.close();
      opened = undefined;
      turns.give();
    },
  };
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

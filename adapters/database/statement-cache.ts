import type Libsql from 'libsql';

/** Statements kept ready per connection. */
const capacity = 300;
/** A statement with more parameters was made for one length of list and hardly comes again. */
const mostParameters = 60;

type Statement = Libsql.Statement;

/**
 * Prepares each SQL text once. Not only for speed: what libsql holds for a statement is freed by
 * the garbage collector, which does not see how much that is, so that memory grew with every query.
 *
 * @returns gives the statement for an SQL text; use it up before asking for another
 */
export function cachingStatements(
  database: Libsql.Database,
): (sql: string, parameters: number) => Statement {
  const kept = new Map<string, Statement>();

  return (sql, parameters) => {
    const known = kept.get(sql);
    const statement = known ?? database.prepare(sql);
    if (parameters > mostParameters) return statement;
    // Map keeps the order of insertion: the first key is the one unused for longest.
    kept.delete(sql);
    kept.set(sql, statement);
    const oldest = kept.keys().next();
    if (kept.size > capacity && oldest.done === false) kept.delete(oldest.value);
    return statement;
  };
}

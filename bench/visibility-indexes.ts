import { Connection } from '@temporalio/client';
import Database from 'libsql';
import { embeddedNamespace } from '../workers/embedded/namespace-setup.ts';

/** What people look for workflows by in the Temporal UI, beside this product's own attributes. */
const lookedForBy = ['workflow_id', 'workflow_type_name', 'status'];

/** The columns in which a server keeps this product's search attributes, such as `Keyword01`. */
export async function attributeColumns(address: string): Promise<string[]> {
  const connection = await Connection.connect({ address });
  try {
    const request = { namespace: embeddedNamespace };
    const { config } = await connection.workflowService.describeNamespace(request);
    return Object.keys(config?.customSearchAttributeAliases ?? {});
  } finally {
    await connection.close();
  }
}

/**
 * Drops from the database of a stopped server the indexes of its list of workflows, but for that of
 * the whole list, those on `columns`, and those on what people look for workflows by. The schema is
 * Temporal's own: for measuring, never for a database that is kept.
 *
 * @returns the indexes dropped
 * @throws {Error} when there is none: the schema is another than the one this was written for
 */
export function dropUnusedIndexes(databaseFile: string, columns: readonly string[]): string[] {
  const used = new Set([...lookedForBy, ...columns]);
  const database = new Database(databaseFile);
  try {
    // Each begins with the namespace; the second column is null where it is an expression.
    const indexes = database
      .prepare(
        `select list.name as name, info.name as second
         from pragma_index_list('executions_visibility') as list
         join pragma_index_info(list.name) as info
         where list.origin = 'c' and info.seqno = 1`,
      )
      .all() as { name: string; second: string | null }[];
    const unused = indexes.filter(({ second }) => second !== null && !used.has(second));
    if (unused.length === 0) throw new Error(`${databaseFile} has no index to drop`);
    for (const { name } of unused) database.exec(`drop index "${name}"`);
    return unused.map(({ name }) => name);
  } finally {
    database.close();
  }
}

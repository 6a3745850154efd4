import { sql } from 'kysely';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import { firstTables } from './migrations/0001-first-tables.ts';
import { mediaTables } from './migrations/0002-media.ts';
import { durabilityTables } from './migrations/0003-durability.ts';
import { judgementTables } from './migrations/0004-judgements.ts';
import { severalVideosTables } from './migrations/0005-several-videos.ts';
import type { Migration } from './migrations/migration.ts';
import type { Connection, OpenTransaction } from './schema.ts';

const migrations: readonly Migration[] = [
  firstTables,
  mediaTables,
  durabilityTables,
  judgementTables,
  severalVideosTables,
];
const newest = Math.max(...migrations.map(({ version }) => version));

/**
 * Brings the schema to the newest version in one transaction; of several processes at once, one
 * does the work and the others wait for it.
 *
 * @throws {EnvironmentError} when a newer version of this program has been at the database
 */
export async function migrate(db: Connection, place: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`create table if not exists schema_migrations (
      version integer primary key, name text not null, applied_at integer not null
    )`.execute(trx);
    const present = await presentVersion(trx);
    if (present > newest) {
      throw new EnvironmentError(
        `${place} was written by a newer durable-videoqa (schema ${present}, this one knows ` +
          `${newest}). Install that version again, or set VIDEOQA_DATABASE_URL to ` +
          'another file.',
      );
    }
    for (const migration of migrations)
      if (migration.version > present) await apply(trx, migration);
  });
}

async function presentVersion(trx: OpenTransaction): Promise<number> {
  const { rows } = await sql<{ version: number | null }>`
    select max(version) as version from schema_migrations
  `.execute(trx);
  return rows[0]?.version ?? 0;
}

async function apply(trx: OpenTransaction, migration: Migration): Promise<void> {
  for (const statement of migration.statements) await sql.raw(statement).execute(trx);
  await sql`insert into schema_migrations (version, name, applied_at)
    values (${migration.version}, ${migration.name}, ${Date.now()})`.execute(trx);
}

import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Kysely } from 'kysely';
import type { BlobStore } from '../../domain/stores/blob-store.ts';
import type { AuditStore } from '../../domain/stores/audit-store.ts';
import type { AccountStore } from '../../domain/stores/account-store.ts';
import type { CallStore } from '../../domain/stores/call-store.ts';
import type { DatasetStore } from '../../domain/stores/dataset-store.ts';
import type { IndexJobStore } from '../../domain/stores/index-job-store.ts';
import type { JudgementStore } from '../../domain/stores/judgement-store.ts';
import type { IndexStore } from '../../domain/stores/index-store.ts';
import type { MediaStore } from '../../domain/stores/media-store.ts';
import type { MediaWorkStore } from '../../domain/stores/media-work-store.ts';
import type { PauseStore } from '../../domain/stores/pause-store.ts';
import type { RunStore } from '../../domain/stores/run-store.ts';
import type { SpendStore } from '../../domain/stores/spend-store.ts';
import type { StepStore } from '../../domain/stores/step-store.ts';
import { EnvironmentError, UsageError } from '../../domain/errors/usage-error.ts';
import { pathOfFileUrl } from '../blobs/file-url.ts';
import { createAuditStore } from './audit-store.ts';
import { createAccountStore } from './account-store.ts';
import { createCallStore } from './call-store.ts';
import { createDatasetStore } from './dataset-store.ts';
import { createIndexJobStore } from './index-job-store.ts';
import { createIndexStore } from './index-store.ts';
import { createJudgementStore } from './judgement-store.ts';
import { libsqlDialect } from './libsql-dialect.ts';
import { createMediaStore } from './media-store.ts';
import { createMediaWorkStore } from './media-work-store.ts';
import { migrate } from './migrate.ts';
import { createPauseStore } from './pause-store.ts';
import { createRunStore } from './run-store.ts';
import type { Tables } from './schema.ts';
import { createSpendStore } from './spend-store.ts';
import { createStepStore } from './step-store.ts';

/** Everything that is recorded about runs. Close it when the process is done with it. */
export type Database = {
  readonly runs: RunStore;
  readonly steps: StepStore;
  readonly calls: CallStore;
  readonly indexes: IndexStore;
  readonly indexJobs: IndexJobStore;
  readonly media: MediaStore;
  readonly mediaWork: MediaWorkStore;
  readonly pauses: PauseStore;
  readonly accounts: AccountStore;
  readonly audit: AuditStore;
  readonly datasets: DatasetStore;
  readonly spend: SpendStore;
  readonly judgements: JudgementStore;
  close(): Promise<void>;
};

/**
 * Opens the database at `file:<path>`, makes the file and its folder where they are missing, and
 * brings its schema up to date. Several processes may have the same file open.
 *
 * @param blobs takes the provider responses that are too large for a table
 * @throws {UsageError} for any other kind of address
 * @throws {EnvironmentError} when the file cannot be opened or belongs to a newer version
 */
export async function openDatabase(url: string, blobs: BlobStore): Promise<Database> {
  const path = pathOfFileUrl(url);
  if (path === null) {
    throw new UsageError(
      `VIDEOQA_DATABASE_URL is "${url}", which this version cannot open. Use file:<path>; ` +
        'PostgreSQL comes with the work on many machines.',
    );
  }
  const db = await connect(resolve(path));
  return {
    runs: createRunStore(db),
    steps: createStepStore(db),
    calls: createCallStore(db, blobs),
    indexes: createIndexStore(db),
    indexJobs: createIndexJobStore(db),
    media: createMediaStore(db),
    mediaWork: createMediaWorkStore(db),
    pauses: createPauseStore(db),
    accounts: createAccountStore(db),
    audit: createAuditStore(db),
    datasets: createDatasetStore(db),
    spend: createSpendStore(db),
    judgements: createJudgementStore(db),
    close: () => db.destroy(),
  };
}

async function connect(path: string): Promise<Kysely<Tables>> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unopened(path, error);
  }
  const db = new Kysely<Tables>({ dialect: libsqlDialect(path) });
  try {
    await migrate(db, path);
    return db;
  } catch (error) {
    await db.destroy().catch(() => undefined);
    throw error instanceof EnvironmentError ? error : unopened(path, error);
  }
}

function unopened(path: string, cause: unknown): EnvironmentError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new EnvironmentError(
    `the database ${path} cannot be opened: ${reason}. Set VIDEOQA_DATABASE_URL to a file in a ` +
      'folder of this machine that you may write to.',
    { cause },
  );
}

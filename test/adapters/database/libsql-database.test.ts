import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openDatabase } from '../../../adapters/database/open-database.ts';
import { openFileBlobStore } from '../../../adapters/blobs/file-blob-store.ts';
import { describeBudget } from './budget-contract.ts';
import { describeAccountStore } from './account-store-contract.ts';
import { describeCallStore } from './call-store-contract.ts';
import { describeDrives } from './drives-contract.ts';
import { describeIndexJobStore } from './index-job-store-contract.ts';
import { describeIndexStore } from './index-store-contract.ts';
import { describeJudgementStore } from './judgement-store-contract.ts';
import { describeMediaStore } from './media-store-contract.ts';
import { describePauseStore } from './pause-store-contract.ts';
import { describeResultRows } from './result-rows-contract.ts';
import { describeRunProgress } from './run-progress-contract.ts';
import { describeRunRecords } from './run-records-contract.ts';
import { describeStepStore } from './step-store-contract.ts';

let directory: string;
let databases = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'videoqa-database-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const openEmpty = () => {
  const blobs = openFileBlobStore(join(directory, 'blobs'));
  databases += 1;
  return openDatabase(`file:${join(directory, `${databases}.db`)}`, blobs);
};

describe('runs in libsql', () => describeRunRecords(openEmpty));
describe('drives in libsql', () => describeDrives(openEmpty));
describe('progress of runs in libsql', () => describeRunProgress(openEmpty));
describe('result rows in libsql', () => describeResultRows(openEmpty));
describe('the step store in libsql', () => describeStepStore(openEmpty));
describe('the call store in libsql', () => describeCallStore(openEmpty));
describe('a budget in libsql', () => describeBudget(openEmpty));
describe('the index store in libsql', () => describeIndexStore(openEmpty));
describe('the store of index jobs in libsql', () => describeIndexJobStore(openEmpty));
describe('paused accounts in libsql', () => describePauseStore(openEmpty));
describe('the media store in libsql', () => describeMediaStore(openEmpty));
describe('the store of accounts in libsql', () => describeAccountStore(openEmpty));
describe('the store of judgements in libsql', () => describeJudgementStore(openEmpty));

/**
 * A process that pays for items until a cap of 10 dollars refuses one: `<database> <blobs> <spender>
 * <run> <whose cap: run or account>`. Each item plans and answers, reserves a dollar a call and pays 7 cents.
 * Prints `ready`, and begins when its standard input ends.
 */
import { text } from 'node:stream/consumers';
import { openBlobStore } from '../../../adapters/blobs/open-blob-store.ts';
import { openDatabase } from '../../../adapters/database/open-database.ts';
import { BudgetRefusal } from '../../../domain/money/budget-gate.ts';
import type { Step } from '../../../domain/outcome.ts';
import { sampleStep } from './sample-run.ts';

const [databaseUrl = '', blobUrl = '', spender = '', runId = '', whose = ''] =
  process.argv.slice(2);
const { calls, close } = await openDatabase(databaseUrl, openBlobStore(blobUrl));
const budget = {
  runUsd: whose === 'run' ? 10 : null,
  accountsUsd: whose === 'account' ? { account: 10 } : {},
  itemMostUsd: { account: 2 },
  callMostUsd: { account: 1 },
};

async function pay(itemId: string, step: Step): Promise<void> {
  const callKey = `${runId} ${itemId} ${step}`;
  const n = await calls.openIntent({
    ...sampleStep({ runId, itemId, step }),
    callKey,
    account: 'account',
    model: 'looker',
    activityId: 'activity',
    processId: spender,
    startedAt: Date.now(),
    deadlineAt: Date.now() + 60_000,
    maxPriceUsd: 1,
    budget,
  });
  await calls.storeResponse(callKey, { n, status: 200, body: Buffer.from(callKey) });
  const told = { usage: null, failureClass: null, action: null, retryAfterMs: null };
  const settledAt = Date.now();
  await calls.settle(callKey, n, {
    ...told,
    state: 'usable',
    settledAt,
    priceUsd: 0.07,
    httpStatus: 200,
  });
}

process.stdout.write('ready\n');
await text(process.stdin);
for (let item = 0; ;) {
  try {
    await pay(`${spender}-${item}`, 'plan');
    await pay(`${spender}-${item}`, 'answer');
    item += 1;
  } catch (error) {
    if (!(error instanceof BudgetRefusal)) throw error;
    if (!error.mayFitLater) break;
  }
}
await close();

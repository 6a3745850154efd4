/**
 * A process that writes until it is told how often, or killed: `<database> <blobs> <writer> <times>`.
 * Prints one line per committed call (`settled <callKey>`) and per recorded batch (`batch <drive>`).
 */
import { openBlobStore } from '../../../adapters/blobs/open-blob-store.ts';
import { openDatabase } from '../../../adapters/database/open-database.ts';
import { sampleItems, sampleRow, sampleStep } from './sample-run.ts';

const [databaseUrl = '', blobUrl = '', writer = '', times = ''] = process.argv.slice(2);
const database = await openDatabase(databaseUrl, openBlobStore(blobUrl));

for (let i = 0; i < Number(times); i += 1) {
  await settleOneCall(`${writer}-${i}`);
  await database.calls.openIntent({ ...intent('shared') });
  if (writer === 'holder') await recordOneDrive();
}
await database.close();

function intent(callKey: string) {
  return {
    ...sampleStep(),
    callKey,
    account: 'account',
    model: 'looker',
    activityId: 'activity',
    processId: writer,
    startedAt: 1,
    deadlineAt: 2,
    maxPriceUsd: 1,
  };
}

/** Every third body is large enough to be a blob. */
async function settleOneCall(callKey: string): Promise<void> {
  const n = await database.calls.openIntent(intent(callKey));
  const size = callKey.endsWith('0') ? 50_000 : 10;
  const body = Buffer.from(callKey.padEnd(size, '.'));
  await database.calls.storeResponse(callKey, { n, status: 200, body });
  await database.calls.settle(callKey, n, {
    state: 'usable',
    settledAt: 3,
    priceUsd: 1,
    usage: null,
    failureClass: null,
    action: null,
    retryAfterMs: null,
    httpStatus: 200,
  });
  process.stdout.write(`settled ${callKey}\n`);
}

/** One batch over all items of `r1`, each in a new drive. */
async function recordOneDrive(): Promise<void> {
  const everything = { kind: 'retry', filter: {} } as const;
  for (const open of await database.runs.openDrives()) {
    await database.runs.closeDrive('r1', open.drive);
  }
  const { drive } = await database.runs.openDrive('r1', everything);
  if (drive === null) throw new Error('no drive was opened');
  const rows = sampleItems(20).map((item) => sampleRow(item.itemId, drive, 'unparsed'));
  await database.runs.recordRows('r1', drive, rows);
  process.stdout.write(`batch ${drive}\n`);
}

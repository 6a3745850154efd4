/**
 * A process that makes calls under the limits of one account until its time is over, or it is
 * killed: `<database> <blobs> <process> <requests a minute> <places> <seconds>`. Prints one line per
 * call: when it left and ended, in milliseconds since 1970.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openBlobStore } from '../../../adapters/blobs/open-blob-store.ts';
import { openDatabase } from '../../../adapters/database/open-database.ts';
import { createAccountLimiter } from '../../../adapters/models/account-limiter.ts';

const [databaseUrl = '', blobUrl = '', processId = '', ...numbers] = process.argv.slice(2);
const [requestsPerMinute = 0, concurrency = 0, seconds = 0] = numbers.map(Number);
const database = await openDatabase(databaseUrl, openBlobStore(blobUrl));
const limiter = createAccountLimiter(database.accounts, processId);
const over = AbortSignal.timeout(seconds * 1000);
const limits = { concurrency, requestsPerMinute: requestsPerMinute || null, tokensPerMinute: null };

async function callAgainAndAgain(caller: number): Promise<void> {
  while (!over.aborted) {
    const about = { account: 'a', runId: processId, ticket: `${caller}`, limits };
    const place = await limiter.acquire({ ...about, expectedTokens: 0 }, over).catch(() => null);
    if (place === null) return;
    const leftAt = Date.now();
    await sleep(50);
    process.stdout.write(`${leftAt} ${Date.now()}\n`);
    place.release({ usage: null, failureClass: null, retryAfterMs: null });
  }
}

await Promise.all(Array.from({ length: 8 }, (_, caller) => callAgainAndAgain(caller)));
await limiter.close();
await database.close();

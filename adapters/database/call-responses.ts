import { crashPoint } from '../../domain/crash-points.ts';
import type { BlobStore } from '../../domain/stores/blob-store.ts';
import type { StoredResponse } from '../../domain/stores/call-store.ts';
import { missingRecord } from './database-error.ts';
import type { Connection } from './schema.ts';

/** Bodies above this many bytes go to the blob store. */
const largestInlineBody = 8 * 1024;

/** Writes a raw response once; a second one under the same number is not taken. */
export async function insertResponse(
  db: Connection,
  blobs: BlobStore,
  callKey: string,
  response: StoredResponse,
): Promise<void> {
  const isInline = response.body.byteLength <= largestInlineBody;
  const body_artifact = isInline ? null : await blobs.put(response.body);
  crashPoint('body-stored');
  await db
    .insertInto('call_responses')
    .values({
      call_key: callKey,
      n: response.n,
      status: response.status,
      body: isInline ? response.body : null,
      body_artifact,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** @throws {StepError} class `storage` when the response or its body is not there */
export async function readResponse(
  db: Connection,
  blobs: BlobStore,
  callKey: string,
  n: number,
): Promise<StoredResponse> {
  const found = await findResponse(db, blobs, callKey, n);
  if (found === null) throw missingRecord(`response ${n} to call ${callKey}`);
  return found;
}

/** The same; null when there is no response. */
export async function findResponse(
  db: Connection,
  blobs: BlobStore,
  callKey: string,
  n: number,
): Promise<StoredResponse | null> {
  const found = await db
    .selectFrom('call_responses')
    .select(['status', 'body', 'body_artifact'])
    .where('call_key', '=', callKey)
    .where('n', '=', n)
    .executeTakeFirst();
  if (found === undefined) return null;
  const body = found.body ?? (await blobs.get(found.body_artifact ?? ''));
  return { n, status: found.status, body };
}

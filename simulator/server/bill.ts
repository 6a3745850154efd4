import {
  appendFileSync,
  closeSync,
  createReadStream,
  mkdirSync,
  openSync,
  writeSync,
} from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const billEntrySchema = z.object({
  /** Number of the line, from 1, over all lives of the file. */
  n: z.int(),
  /** ISO time at which the request was answered for or refused. */
  at: z.string(),
  /** Path of the request. */
  endpoint: z.string(),
  kind: z.enum(['chat', 'image']),
  model: z.string(),
  /** sha256 over endpoint and meaning of the body; equal for equal requests. */
  requestHash: z.string(),
  /** Header `x-client-request-id`, which ties a line to the caller's own record. */
  clientRequestId: z.string().nullable(),
  /** How often this `requestHash` has arrived, from 1, over all lives of the file. */
  arrival: z.int(),
  /** The injected fault this arrival met. */
  fault: z.string().nullable(),
  /** HTTP status that was, or would have been, sent. */
  status: z.int(),
  billed: z.boolean(),
  promptTokens: z.int(),
  completionTokens: z.int(),
  images: z.int(),
  costUsd: z.number(),
});

/** One line of the bill: a request that reached the server. */
export type BillEntry = z.infer<typeof billEntrySchema>;

/** Sums over the whole file. Tokens, images and cost count billed lines only. */
export type BillTotals = {
  readonly requests: number;
  readonly billed: number;
  readonly images: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly costUsd: number;
  /** Request hashes that were billed more than once. */
  readonly duplicates: number;
};

/** The bill of one simulated provider. Exactly one process may have a bill file open. */
export type Bill = {
  /** Counts one more arrival of a request and returns its number, from 1. */
  arrive(requestHash: string): number;
  /** Writes one line before it returns. */
  append(entry: Omit<BillEntry, 'n' | 'at'>): BillEntry;
  totals(): BillTotals;
  close(): void;
};

/** Opens or continues a bill file; a line torn by a crash is cut off and kept in `<file>.torn`. */
export async function openBill(file: string): Promise<Bill> {
  mkdirSync(dirname(file), { recursive: true });
  await cutTornTail(file);
  const tally = createTally();
  for await (const entry of readBill(file)) tally.add(entry);

  const descriptor = openSync(file, 'a');
  return {
    arrive: tally.arrive,
    append(fields) {
      const entry = { n: tally.totals().requests + 1, at: new Date().toISOString(), ...fields };
      writeSync(descriptor, `${JSON.stringify(entry)}\n`);
      tally.add(entry);
      return entry;
    },
    totals: tally.totals,
    close: () => closeSync(descriptor),
  };
}

/** The lines of a bill file in order; lines that are not entries are left out. */
export async function* readBill(file: string): AsyncGenerator<BillEntry> {
  if ((await sizeOf(file)) === 0) return;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const entry = parseLine(line);
    if (entry !== null) yield entry;
  }
}

function createTally() {
  const arrivals = new Map<string, number>();
  const billedOnce = new Set<string>();
  const billedAgain = new Set<string>();
  const sums = { requests: 0, billed: 0, images: 0, promptTokens: 0, completionTokens: 0 };
  let costUsd = 0;
  return {
    arrive(requestHash: string): number {
      const arrival = (arrivals.get(requestHash) ?? 0) + 1;
      arrivals.set(requestHash, arrival);
      return arrival;
    },
    add(entry: BillEntry): void {
      arrivals.set(
        entry.requestHash,
        Math.max(arrivals.get(entry.requestHash) ?? 0, entry.arrival),
      );
      sums.requests += 1;
      if (!entry.billed) return;
      sums.billed += 1;
      sums.images += entry.images;
      sums.promptTokens += entry.promptTokens;
      sums.completionTokens += entry.completionTokens;
      costUsd += entry.costUsd;
      if (billedOnce.has(entry.requestHash)) billedAgain.add(entry.requestHash);
      billedOnce.add(entry.requestHash);
    },
    totals: (): BillTotals => ({
      ...sums,
      // Sums of many small prices: nine decimals hide the rounding of binary fractions.
      costUsd: Number(costUsd.toFixed(9)),
      duplicates: billedAgain.size,
    }),
  };
}

function parseLine(line: string): BillEntry | null {
  try {
    return billEntrySchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/** Without this, the first line of the next life would continue the torn one. */
async function cutTornTail(file: string): Promise<void> {
  const size = await sizeOf(file);
  if (size === 0) return;
  const handle = await open(file, 'r+');
  try {
    const tailBytes = Math.min(size, 65_536);
    const tail = Buffer.alloc(tailBytes);
    await handle.read(tail, 0, tailBytes, size - tailBytes);
    const torn = tail.subarray(tail.lastIndexOf(0x0a) + 1);
    if (torn.length === 0) return;
    if (parseLine(torn.toString('utf8')) !== null) {
      await handle.write('\n', size);
      return;
    }
    appendFileSync(`${file}.torn`, `${torn.toString('utf8')}\n`);
    await handle.truncate(size - torn.length);
  } finally {
    await handle.close();
  }
}

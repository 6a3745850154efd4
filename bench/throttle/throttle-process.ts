import { setTimeout as sleep } from 'node:timers/promises';
import { openBlobStore } from '../../adapters/blobs/open-blob-store.ts';
import { openDatabase } from '../../adapters/database/open-database.ts';
import { createAccountLimiter } from '../../adapters/models/account-limiter.ts';
import { StepError } from '../../domain/errors/step-error.ts';

/** What one process of the benchmark is told, as JSON in its first argument. */
export type ThrottleProcess = {
  readonly processId: string;
  /** Runs that it works for, each with that many calls that want to be made at once. */
  readonly runs: readonly string[];
  readonly callers: number;
  readonly folder: string;
  readonly url: string;
  readonly requestsPerMinute: number;
  readonly untilMs: number;
};

/** What it says at the end, as JSON. */
export type ThrottleEnd = {
  readonly sent: Readonly<Record<string, number>>;
  readonly throttled: number;
  /** Milliseconds since 1970: the clock runs from the first process that is ready. */
  readonly readyAt: number;
  readonly mostWaiting: number;
  readonly longestWaitMs: number;
  readonly sentAway: number;
};

const input = JSON.parse(process.argv[2] ?? '{}') as ThrottleProcess;
const { folder, runs, untilMs } = input;
const database = await openDatabase(`file:${folder}/state.db`, openBlobStore(`file:${folder}`));
const limiter = createAccountLimiter(database.accounts, input.processId);
const over = AbortSignal.timeout(Math.max(0, untilMs - Date.now()));
const limits = {
  concurrency: 64,
  requestsPerMinute: input.requestsPerMinute,
  tokensPerMinute: null,
};
const sent: Record<string, number> = {};
let throttled = 0;
const readyAt = Date.now();

/** One call after the other; a wait that is handed back is waited for here, as Temporal would. */
async function callAgainAndAgain(runId: string, caller: number): Promise<void> {
  for (let call = 0; !over.aborted; call += 1) {
    const ticket = `${caller}-${call}`;
    const about = { account: 'bench', runId, ticket, limits, expectedTokens: 0 };
    let place = null;
    while (place === null && !over.aborted) {
      place = await limiter.acquire(about, over).catch(async (error: unknown) => {
        const ms = error instanceof StepError ? (error.retryAfterMs ?? 1000) : 0;
        await sleep(ms, undefined, { signal: over }).catch(() => undefined);
        return null;
      });
    }
    if (place === null) return;
    const status = await post(`${runId} ${ticket}`);
    sent[runId] = (sent[runId] ?? 0) + 1;
    const isRefused = status === 429;
    if (isRefused) throttled += 1;
    const failureClass = isRefused ? 'rate_limited' : null;
    place.release({ usage: null, failureClass, retryAfterMs: isRefused ? 1000 : null });
  }
}

async function post(question: string): Promise<number> {
  const body = { model: 'bench', messages: [{ role: 'user', content: question }] };
  const response = await fetch(`${input.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer bench' },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
}

const callers = Array.from({ length: input.callers }, (_, caller) => caller);
await Promise.all(runs.flatMap((run) => callers.map((caller) => callAgainAndAgain(run, caller))));
const [waits] = limiter.waits();
await limiter.close();
await database.close();
const { mostWaiting = 0, longestWaitMs = 0, sentAway = 0 } = waits ?? {};
const end: ThrottleEnd = { sent, throttled, readyAt, mostWaiting, longestWaitMs, sentAway };
console.log(JSON.stringify(end));

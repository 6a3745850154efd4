import { join } from 'node:path';
import { readConfig } from '../../adapters/config-files/read-config.ts';
import { prepareRun } from '../../cli/prepare-run.ts';
import { registerRun } from '../../cli/register-run.ts';
import { buildRow } from '../../domain/build-row.ts';
import { sha256Hex } from '../../domain/hashing.ts';
import { inChunks } from '../../domain/in-chunks.ts';
import type { Item } from '../../domain/item.ts';
import type { Row } from '../../domain/row.ts';
import type { CallOwner } from '../../domain/stores/call-store.ts';
import type { RunRecord, RunStore } from '../../domain/stores/run-store.ts';
import { itemWorkflowId } from '../../domain/workflow-contract.ts';
import { workflowKey } from '../../domain/workflow-key.ts';
import { openStores, type Stores } from '../../workers/open-stores.ts';

/** How far the run is that is filled in. */
export type Filling = {
  /** Items that have ended, the failed ones included. */
  readonly rows: number;
  readonly failed: number;
};

/**
 * Registers the run of a configuration and works its first items off without any model or server:
 * step records, paid calls and rows as a drive would have left them. The drive is closed then.
 */
export async function fillState(
  stateFolder: string,
  configFile: string,
  { rows, failed }: Filling,
): Promise<RunRecord> {
  const prepared = await prepareRun(await readConfig(configFile), {
    simulatedBaseUrl: null,
    overwrite: false,
  });
  const stores = await openStores(stateFolder, {});
  try {
    const run = await registerRun(stores, prepared, { expectedRunId: null, fresh: false });
    await stores.runs.openDrive(run.runId, { kind: 'unfinished' });
    const byId = new Map(prepared.items.map((item) => [item.itemId, item]));
    const range = { from: 0, to: rows, limit: rows };
    const ended = (await stores.runs.slice(run.runId, 1, range)).map(({ itemId }) =>
      byId.get(itemId)!,
    );
    const failedIds = new Set(ended.slice(0, failed).map(({ itemId }) => itemId));
    for (const [from, to] of inChunks(ended.length, 500)) {
      const chunk = ended.slice(from, to);
      const made = await Promise.all(
        chunk.map((item) => workOff(stores, run, item, failedIds.has(item.itemId))),
      );
      await stores.runs.recordRows(run.runId, 1, made);
    }
    await closeFirstDrive(stores.runs, run.runId);
    return run;
  } finally {
    await stores.close();
  }
}

async function closeFirstDrive(runs: RunStore, runId: string): Promise<void> {
  await runs.closeDrive(runId, 1);
  await runs.setState(runId, 'cancelled');
}

/** The database file of a state folder. */
export const databaseOf = (stateFolder: string): string => join(stateFolder, 'videoqa.db');

async function workOff(
  stores: Stores,
  run: RunRecord,
  item: Item,
  hasFailed: boolean,
): Promise<Row> {
  const { runId, spec } = run;
  const { itemId } = item;
  const key = { runId, itemId, sample: 0, drive: 1, step: 'answer', part: 0 } as const;
  const workflowId = itemWorkflowId(runId, workflowKey(itemId, 0));
  const place = { processId, workflowId, workflowRunId: 'filled', activityId: '1' };
  const now = Date.now();
  await stores.steps.begin(key, place, 1);
  await pay(stores.calls, run, key, hasFailed);
  const end = {
    state: hasFailed ? 'failed' : 'done',
    usable: !hasFailed,
    result: hasFailed ? null : answer(item),
    failureClass: hasFailed ? 'bad_envelope' : null,
    usage: usageOfCall,
    waitedMs: 0,
  } as const;
  await stores.steps.finish(key, end);
  return buildRow({
    spec,
    item,
    drive: 1,
    workflowId,
    steps: [{ ...key, ...end, startedAt: now, finishedAt: now, attempts: 1 }],
    finishedAt: new Date(now).toISOString(),
    end: {
      itemId,
      sample: 0,
      outcome: hasFailed ? 'failed' : 'answered',
      workflowRunId: null,
      failure: hasFailed ? failure : null,
    },
  });
}

const processId = 'filled';
const failure = {
  class: 'bad_envelope',
  step: 'answer',
  message: 'no choices',
  attempts: 1,
} as const;

/** One call with its stored reply. */
async function pay(
  calls: Stores['calls'],
  { runId, spec }: RunRecord,
  key: CallOwner,
  hasFailed: boolean,
): Promise<void> {
  const { account, model } = spec.models.answer;
  const callKey = sha256Hex(new TextEncoder().encode(`${runId} ${key.itemId}`));
  const now = Date.now();
  const n = await calls.openIntent({
    ...key,
    callKey,
    account,
    model,
    activityId: '1',
    processId,
    startedAt: now,
    deadlineAt: now + 60_000,
    maxPriceUsd: 0.001,
  });
  await calls.storeResponse(callKey, { n, status: 200, body: reply });
  await calls.settle(callKey, n, {
    state: hasFailed ? 'rejected' : 'usable',
    settledAt: now,
    priceUsd: 0.0005,
    usage: { promptTokens: 1200, completionTokens: 20, images: 0 },
    failureClass: hasFailed ? 'bad_envelope' : null,
    action: null,
    retryAfterMs: null,
    httpStatus: 200,
  });
}

const reply = new TextEncoder().encode(
  JSON.stringify({ choices: [{ message: { role: 'assistant', content: 'A' } }] }),
);

const usageOfCall = {
  calls: 1,
  cached_calls: 0,
  prompt_tokens: 1200,
  completion_tokens: 20,
  images: 0,
  paid_usd: 0.0005,
  list_usd: 0.0005,
};

function answer(item: Item) {
  const shown = Array.from({ length: 8 }, (_, n) => ({
    video_id: item.videoIds[0]!,
    frame_id: n * 15,
    time_s: n * 15,
    box: null,
    tile: null,
  }));
  return {
    answer: 'A',
    answerText: null,
    parseRule: 'letter',
    replyArtifact: null,
    responseModel: 'simulated-vlm',
    shown,
  };
}

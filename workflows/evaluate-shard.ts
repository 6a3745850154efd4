import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { DriveActivities } from '../activities/drive.ts';
import type { ShardInput, ShardResult, SliceItem } from '../domain/workflow-contract.ts';
import { placesHeld, setWindow } from './messages.ts';
import { recordEnds } from './record-ends.ts';
import { retryPolicy } from './retry-policy.ts';
import { runItem, type RunItemEnd } from './run-item.ts';
import { indexAhead } from './index-ahead.ts';

const { loadSlice } = proxyActivities<DriveActivities>({
  startToCloseTimeout: '1 minute',
  // Handed out by a server that is killed in that moment, it reaches nobody.
  heartbeatTimeout: '15 seconds',
  retry: retryPolicy,
});

/**
 * Works off one stretch of a drive: keeps a window of items open, has their videos indexed a
 * little ahead, and records how each item ended. A provider failure that stops the run (key,
 * quota, model gone) or a spent budget ends admission; what was started still finishes.
 */
export async function evaluateShard(input: ShardInput): Promise<ShardResult> {
  const recorder = recordEnds(input.runId, input.drive);
  const shard = { window: input.window, open: 0, ended: 0, isStopped: false };
  setHandler(setWindow, (places) => void (shard.window = places));

  const finish = ({ end, stopsRun }: RunItemEnd): void => {
    shard.open -= 1;
    shard.ended += 1;
    shard.isStopped ||= stopsRun;
    setCurrentDetails(`${shard.ended} items ended, ${shard.open} open, window ${shard.window}.`);
    recorder.add(end);
  };
  try {
    const indexOf = indexAhead(input);
    for await (const { item, next } of itemsOf(input)) {
      next.forEach((later) => indexOf.ahead(later));
      await condition(() => shard.isStopped || shard.open < shard.window);
      if (shard.isStopped) break;
      shard.open += 1;
      void runItem(input, item, indexOf.of(item)).then(finish);
    }
    await runOut(input.shard, shard);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(() => condition(() => shard.open === 0));
    await CancellationScope.nonCancellable(() => recorder.close());
    throw error;
  }
  await recorder.close();
  return { ended: shard.ended, isStopped: shard.isStopped };
}

/** The unfinished items of the shard, page by page, each with those that come soon after it. */
async function* itemsOf({ runId, drive, from, to, window }: ShardInput) {
  let position: number | null = from;
  while (position !== null) {
    const page: { items: SliceItem[]; next: number | null } = await loadSlice({
      runId,
      drive,
      from: position,
      to,
    });
    for (const [index, item] of page.items.entries()) {
      yield { item, next: page.items.slice(index + 1, index + 1 + Math.max(1, window)) };
    }
    position = page.next;
  }
}

/** Nothing is left to start: hands free places to the next shard, in a few steps, until all items have ended. */
async function runOut(number: number, shard: { open: number; window: number }): Promise<void> {
  const { parent } = workflowInfo();
  const step = Math.max(1, Math.ceil(shard.window / 8));
  while (shard.open > 0) {
    const held = shard.open;
    if (parent) {
      const root = getExternalWorkflowHandle(parent.workflowId, parent.runId);
      await root.signal(placesHeld, { shard: number, held });
    }
    await condition(() => shard.open <= Math.max(0, held - step));
  }
}

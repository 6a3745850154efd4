import {
  CancellationScope,
  condition,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  startChild,
} from '@temporalio/workflow';
import type { DriveActivities } from '../activities/drive.ts';
import type { ShardRange } from '../domain/shards.ts';
import {
  shardWorkflowId,
  type EmbedderIdentity,
  type EvaluateInput,
  type EvaluateResult,
  type ShardInput,
  type ShardResult,
} from '../domain/workflow-contract.ts';
import { checkEmbedder } from './check-embedder.ts';
import { evaluateShard } from './evaluate-shard.ts';
import { retryPolicy } from './retry-policy.ts';
import { startJudging } from './start-judging.ts';
import { runAttributes } from './search-attributes.ts';
import { shareWindow } from './shard-window.ts';

const { planShards } = proxyActivities<DriveActivities>({
  // Short transactions on the database; a minute covers a busy disk.
  startToCloseTimeout: '1 minute',
  // Handed out by a server that is killed in that moment, it reaches nobody.
  heartbeatTimeout: '15 seconds',
  retry: retryPolicy,
});

const { closeDrive } = proxyActivities<DriveActivities>({
  // Writes the result files a last time, as large as the run; its heartbeats tell that it is alive.
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '15 seconds',
  retry: retryPolicy,
});

/**
 * One drive over a run's unfinished items. Cuts them into shards, lets one shard admit items at a
 * time, and closes the drive when every shard has ended. Then the answers are judged, where the run
 * has judges. Bounded: no continue-as-new, no signal per item.
 */
export async function evaluate(input: EvaluateInput): Promise<EvaluateResult> {
  const { runId, drive } = input;
  const running: Promise<ShardResult>[] = [];
  try {
    const { index } = input.queues;
    const embedder = index === null ? null : await checkEmbedder(runId, index);
    const { shards, items } = await planShards({ runId, drive, shardLimit: input.shardLimit });
    await runShards(input, shards, embedder, running);
    const isStopped = (await Promise.all(running)).some((shard) => shard.isStopped);
    await closeDrive({ runId, drive, end: isStopped ? 'stopped' : 'completed' });
    if (!isStopped) await startJudging(input);
    return { items, shards: shards.length, isStopped };
  } catch (error) {
    await CancellationScope.nonCancellable(async () => {
      await Promise.allSettled(running);
      await closeDrive({ runId, drive, end: isCancellation(error) ? 'cancelled' : 'failed' });
    });
    throw error;
  }
}

/** Starts the next shard when the one before it has nothing left to start. */
async function runShards(
  input: EvaluateInput,
  shards: readonly ShardRange[],
  embedder: EmbedderIdentity | null,
  running: Promise<ShardResult>[],
): Promise<void> {
  const { judgeQueues: _, ...shared } = input;
  const window = shareWindow(input.window);
  let isStopped = false;
  for (const [shard, { from, to }] of shards.entries()) {
    setCurrentDetails(`Shard ${shard + 1} of ${shards.length} admits items.`);
    const places = window.freeFor(shard);
    const child = await startShard({
      ...shared,
      shard,
      from,
      to,
      embedder,
      window: places,
    });
    const result = window.follow(shard, child, places);
    void result.then((end) => (isStopped ||= end.isStopped)).catch(() => undefined);
    running.push(result);
    await condition(() => window.hasHandedOver(shard));
    if (isStopped) return;
  }
}

function startShard(input: ShardInput) {
  return startChild(evaluateShard, {
    workflowId: shardWorkflowId(input.runId, input.shard),
    args: [input],
    typedSearchAttributes: runAttributes({ ...input, videoId: null }),
    staticSummary: `shard ${input.shard}: positions ${input.from} to ${input.to - 1}`,
  });
}

import { buildRow } from '../domain/build-row.ts';
import { crashPoint } from '../domain/crash-points.ts';
import { fitIntoPayload } from '../domain/payload-size.ts';
import { sumUsage } from '../domain/money/usage.ts';
import { itemWorkflowId, type SliceItem } from '../domain/workflow-contract.ts';
import type { Row } from '../domain/row.ts';
import { cutShards, type ShardRange } from '../domain/shards.ts';
import type { CallStore } from '../domain/stores/call-store.ts';
import type { ItemEnd, RunStore } from '../domain/stores/run-store.ts';
import type { StepRecord, StepStore } from '../domain/stores/step-store.ts';
import { workflowKey } from '../domain/workflow-key.ts';
import type { RunReader } from './run-reader.ts';

export type DriveDependencies = {
  readonly runs: RunStore;
  readonly steps: StepStore;
  readonly calls: Pick<CallStore, 'ofStep'>;
  readonly reader: RunReader;
  /** Called after rows were written, so that result files can be brought up to date. */
  readonly onRowsRecorded: (runId: string) => Promise<void>;
};

/** Items of one page; fewer where their ids are so long that they do not fit into one payload. */
const pageSize = 100;

/** How a drive ended. */
export type DriveEnd = 'completed' | 'stopped' | 'cancelled' | 'failed';

export function createDriveActivities(dependencies: DriveDependencies) {
  const { runs } = dependencies;
  return {
    /** Cuts what a drive has to do into shards. */
    async planShards(request: {
      readonly runId: string;
      readonly drive: number;
      readonly shardLimit: number;
    }): Promise<{ shards: ShardRange[]; items: number }> {
      const videos = await runs.videosOfDrive(request.runId, request.drive);
      const shards = cutShards(videos, request.shardLimit);
      return { shards, items: videos.reduce((sum, video) => sum + video.items, 0) };
    },

    /** The next unfinished items of a shard, at most a page of them; `next` begins the one after it. */
    async loadSlice(request: {
      readonly runId: string;
      readonly drive: number;
      readonly from: number;
      readonly to: number;
    }): Promise<{ items: SliceItem[]; next: number | null }> {
      const { runId, drive, ...range } = request;
      const found = await runs.slice(runId, drive, { ...range, limit: pageSize });
      const left = found.map(({ ordinal: _, ...item }) => item);
      const items = left.slice(0, fitIntoPayload(left));
      const isLast = items.length === left.length && left.length < pageSize;
      const last = items.at(-1);
      return { items, next: isLast || last === undefined ? null : last.position + 1 };
    },

    /** Joins step records into rows and writes them with their outcomes, guarded by the drive. */
    async recordOutcomes(request: {
      readonly runId: string;
      readonly drive: number;
      readonly ends: readonly ItemEnd[];
    }): Promise<void> {
      await recordEnds(dependencies, request);
      crashPoint('rows-written');
      await dependencies.onRowsRecorded(request.runId);
    },

    /**
     * Ends a drive and sets the run's state. A stop keeps the reason that the stopping call wrote;
     * after one by budget, what was never started ends as `skipped`.
     */
    async closeDrive(request: {
      readonly runId: string;
      readonly drive: number;
      readonly end: DriveEnd;
    }): Promise<void> {
      const { runId, drive, end } = request;
      if (end === 'stopped') await skipTheRest(dependencies, request);
      await runs.closeDrive(runId, drive, end === 'stopped' ? null : end);
      crashPoint('drive-closed');
      await dependencies.onRowsRecorded(runId);
    },
  };
}
export type DriveActivities = ReturnType<typeof createDriveActivities>;

async function recordEnds(
  dependencies: DriveDependencies,
  request: { readonly runId: string; readonly drive: number; readonly ends: readonly ItemEnd[] },
): Promise<void> {
  const rows = await joinRows(dependencies, request);
  crashPoint('rows-joined');
  await dependencies.runs.recordRows(request.runId, request.drive, rows);
}

/** A spent budget ends what was never started as `skipped`, so that counts add up. */
async function skipTheRest(
  dependencies: DriveDependencies,
  { runId, drive }: { readonly runId: string; readonly drive: number },
): Promise<void> {
  const { runs } = dependencies;
  if ((await runs.get(runId))?.stopReason !== 'budget') return;
  const all = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: pageSize };
  for (;;) {
    const left = await runs.slice(runId, drive, all);
    if (left.length === 0) return;
    const ends = left.map(({ itemId, sample }) => ({ itemId, sample, ...neverStarted }));
    await recordEnds(dependencies, { runId, drive, ends });
  }
}

const neverStarted = { outcome: 'skipped', failure: null, workflowRunId: null } as const;

async function joinRows(
  { steps, calls, reader }: DriveDependencies,
  request: { readonly runId: string; readonly drive: number; readonly ends: readonly ItemEnd[] },
): Promise<Row[]> {
  const { runId, drive, ends } = request;
  const spec = await reader.spec(runId);
  const found = await steps.ofItems(runId, ends);
  const records = await Promise.all(found.map((record) => withSpend(calls, record)));
  const finishedAt = new Date().toISOString();
  return Promise.all(
    ends.map(async (end) => {
      const { itemId, sample } = end;
      return buildRow({
        spec,
        item: await reader.item(runId, itemId),
        end,
        drive,
        workflowId: itemWorkflowId(runId, workflowKey(itemId, sample)),
        steps: records.filter((record) => record.itemId === itemId && record.sample === sample),
        finishedAt,
      });
    }),
  );
}

/** A step that was ended from outside has no last word; what it paid for counts all the same. */
async function withSpend(
  calls: DriveDependencies['calls'],
  record: StepRecord,
): Promise<StepRecord> {
  if (record.usage !== null) return record;
  const made = await calls.ofStep(record);
  return made.length === 0 ? record : { ...record, usage: sumUsage(made, []) };
}

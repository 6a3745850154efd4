import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { connectEmbedded } from '../../client/connect.ts';
import { evaluationWorkflowId, itemWorkflowId } from '../../domain/workflow-contract.ts';
import { openEmbeddedTemporal } from '../../workers/embedded/open-embedded-temporal.ts';
import { openStateFolder } from '../../workers/embedded/state-folder.ts';
import { temporalBinary } from '../support/temporal-binary.ts';
import type { StoredItem } from './stored-state.ts';
import { type Violation, violated } from './violation.ts';

type Listed = {
  readonly workflowId: string;
  readonly status: string;
  readonly startedAt: number;
  readonly attributes: Readonly<Record<string, unknown>>;
};

/** What a workflow's end is called for each outcome of its item. */
const statusOf: Readonly<Record<string, readonly string[]>> = {
  answered: ['COMPLETED'],
  unparsed: ['COMPLETED'],
  failed: ['FAILED'],
  cancelled: ['CANCELLED', 'CANCELED', 'TERMINATED'],
  skipped: ['COMPLETED'],
};

/**
 * Nothing of the run is still running, and what the Temporal UI shows of each item agrees with its
 * row: the status, the search attributes, and the kind of failure.
 */
export async function checkTemporal(
  home: string,
  runId: string,
  items: readonly StoredItem[],
): Promise<Violation[]> {
  const environment = { ...process.env, VIDEOQA_HOME: home, VIDEOQA_TEMPORAL_CLI: temporalBinary };
  const stateFolder = await openStateFolder(environment);
  const onProgress = () => undefined;
  const embedded = await openEmbeddedTemporal({ stateFolder, environment, onProgress });
  try {
    const { client, close } = await connectEmbedded(embedded.address, embedded.namespace);
    try {
      const found = await settledList(client, runId, items.length);
      const running = found.filter(({ status }) => status === 'RUNNING');
      return [
        ...violated(
          'no workflow is left running',
          running.map(({ workflowId }) => workflowId),
        ),
        ...checkItems(newest(found), runId, items),
      ];
    } finally {
      await close();
    }
  } finally {
    if (embedded.role === 'holder') await embedded.close();
  }
}

/** What the server lists lags behind what it knows, so it is asked again for a while. */
async function settledList(client: Client, runId: string, items: number): Promise<Listed[]> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found: Listed[] = [];
    for await (const each of client.workflow.list({ query: `EvalRunId = '${runId}'` })) {
      found.push({
        workflowId: each.workflowId,
        status: each.status.name,
        startedAt: each.startTime.getTime(),
        attributes: Object.fromEntries(
          each.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
        ),
      });
    }
    const isSettled = found.length > items && found.every(({ status }) => status !== 'RUNNING');
    if (isSettled || Date.now() > deadline) return found;
    await delay(500);
  }
}

/** The last run of each workflow id. */
function newest(found: readonly Listed[]): Map<string, Listed> {
  const inOrder = found.toSorted((left, right) => left.startedAt - right.startedAt);
  return new Map(inOrder.map((listed) => [listed.workflowId, listed]));
}

function checkItems(
  found: ReadonlyMap<string, Listed>,
  runId: string,
  items: readonly StoredItem[],
): Violation[] {
  const wrong = items.flatMap((item) => {
    const id = itemWorkflowId(runId, item.workflowKey);
    const listed = found.get(id);
    // A spent budget skips most of its items before they are started.
    if (listed === undefined)
      return item.outcome === 'skipped' ? [] : [`${item.itemId} has no workflow`];
    if (!statusOf[item.outcome ?? '']?.includes(listed.status))
      return [`${item.itemId} is ${item.outcome}, its workflow is ${listed.status}`];
    const { VideoId, FailKind = null, Step = null } = listed.attributes;
    const expected = [item.videoId, item.failureClass, item.failureStep];
    const shown = [VideoId, FailKind, Step];
    return JSON.stringify(expected) === JSON.stringify(shown)
      ? []
      : [`${item.itemId}: ${JSON.stringify(shown)} is shown, ${JSON.stringify(expected)} is true`];
  });
  const root = found.get(evaluationWorkflowId(runId));
  return [
    ...violated('Temporal shows each item as its row says', wrong),
    ...violated(
      'the root workflow has completed',
      root?.status === 'COMPLETED' ? [] : [`it is ${root?.status ?? 'unknown'}`],
    ),
  ];
}

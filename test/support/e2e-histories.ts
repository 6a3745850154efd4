import type { Client } from '@temporalio/client';
import { openEmbeddedTemporal } from '../../workers/embedded/open-embedded-temporal.ts';
import { openStateFolder } from '../../workers/embedded/state-folder.ts';
import { connectEmbedded } from '../../client/connect.ts';
import { until } from './e2e-cli.ts';
import { childResultBytes, payloadBytes } from './history-payloads.ts';
import { temporalBinary } from './temporal-binary.ts';

/** A workflow and everything its history says, strings and bytes alike. */
export type HistoryText = {
  readonly workflowId: string;
  readonly text: string;
  /** The data of its encrypted payloads. */
  readonly payloads: readonly Uint8Array[];
  /** Bytes of each of its payloads, and of those that its children returned. */
  readonly sizes: { readonly all: readonly number[]; readonly ofChildren: readonly number[] };
};

/**
 * The histories of all workflows of a run, read from the state folder's own server.
 *
 * @param atLeast  how many there must be: the list of workflows lags behind
 */
export async function readHistories(
  home: string,
  runId: string,
  atLeast: number,
): Promise<HistoryText[]> {
  const environment = { ...process.env, VIDEOQA_HOME: home, VIDEOQA_TEMPORAL_CLI: temporalBinary };
  const stateFolder = await openStateFolder(environment);
  const onProgress = () => undefined;
  const embedded = await openEmbeddedTemporal({ stateFolder, environment, onProgress });
  const { client, close } = await connectEmbedded(embedded.address, embedded.namespace);
  try {
    const workflows = await until('every workflow is listed', async () => {
      const found = [];
      for (const { execution } of await listed(client, `EvalRunId = '${runId}'`)) {
        const { workflowId, runId: workflowRunId } = execution ?? {};
        found.push({ workflowId: workflowId ?? '', workflowRunId: workflowRunId ?? '' });
      }
      return found.length >= atLeast && found;
    });
    return await Promise.all(
      workflows.map(async ({ workflowId, workflowRunId }) => {
        const handle = client.workflow.getHandle(workflowId, workflowRunId);
        const history = await handle.fetchHistory();
        const sizes = { all: payloadBytes(history), ofChildren: childResultBytes(history) };
        return { workflowId, text: textOf(history), payloads: encryptedIn(history), sizes };
      }),
    );
  } finally {
    await close();
    if (embedded.role === 'holder') await embedded.close();
  }
}

/** As the server has them: a memo that is encrypted stays so. */
async function listed(client: Client, query: string) {
  const { namespace } = client.options;
  const pageSize = 1000;
  const page = await client.workflowService.listWorkflowExecutions({ namespace, query, pageSize });
  return page.executions;
}

/** Every string and every byte below a value, one to a line; bytes as Latin-1. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (value === null || typeof value !== 'object') return '';
  return Object.values(value).map(textOf).join('\n');
}

function encryptedIn(value: unknown): Uint8Array[] {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return [];
  const { metadata, data } = value as { metadata?: Record<string, unknown>; data?: unknown };
  if (metadata?.['encryption-key-id'] !== undefined && data instanceof Uint8Array) return [data];
  return Object.values(value).flatMap(encryptedIn);
}

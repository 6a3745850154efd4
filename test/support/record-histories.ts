import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { ApplicationFailure } from '@temporalio/common';
import { workflowKey } from '../../domain/workflow-key.ts';
import { bundleWorkflows } from '../../workers/workflow-bundle.ts';
import {
  driveInput,
  fakeDrive,
  indexJobInput,
  judgeInput,
  startDrive,
  startIndexJob,
  startJudging,
  whileWorking,
} from './fake-drive.ts';
import { startTestServer } from './temporal-server.ts';

// Records one history of each workflow type (and of a failed item) for the replay test. Run by hand
// before a release: `npx tsx test/support/record-histories.ts <version>`.
const version = process.argv[2];
if (version === undefined) throw new Error('say which version: record-histories.ts 0.1.0');
const folder = fileURLToPath(new URL(`../histories/${version}/`, import.meta.url));
const server = await startTestServer();
const drive = fakeDrive({
  items: 12,
  answer: async ({ itemId }) => {
    if (itemId !== 'item-1') return { outcome: 'answered' };
    const details = { class: 'refused_input', step: 'answer', attempts: 1 };
    const failure = ApplicationFailure.nonRetryable('refused', 'refused_input', details);
    // As the workers' interceptor does: no path of a machine stands in a history.
    failure.stack = '';
    throw failure;
  },
});
const queues = { plan: 'q', image: 'q', answer: 'q', embed: 'q', index: 'q', media: null };
const about = driveInput({ strategy: 'imagined-keyframes', queues, window: 3, shardLimit: 7 });
const onVideos = driveInput({
  strategy: 'text-top-k',
  queues: { ...queues, media: 'q' },
  window: 3,
});
const job = indexJobInput();
const judged = judgeInput();
const judgedDrive = driveInput({ judgeQueues: { j: 'q' } });
await whileWorking(server, await bundleWorkflows(), drive, async () => {
  await (await startJudging(server, judged)).result();
  await (await startDrive(server, about)).result();
  await (await startDrive(server, onVideos)).result();
  await (await startIndexJob(server, job)).result();
  await (await startDrive(server, judgedDrive)).result();
  await server.client.workflow.getHandle(`judge/${judgedDrive.runId}`).result();
});
const recorded = {
  evaluate: `eval/${about.runId}`,
  'evaluate-shard': `eval/${about.runId}/s/0000`,
  'evaluate-item': `eval/${about.runId}/i/${workflowKey('item-0', 0)}`,
  'evaluate-item-failed': `eval/${about.runId}/i/${workflowKey('item-1', 0)}`,
  'evaluate-shard-on-videos': `eval/${onVideos.runId}/s/0000`,
  'evaluate-item-by-text': `eval/${onVideos.runId}/i/${workflowKey('item-0', 0)}`,
  'index-videos': job.jobId,
  'evaluate-judged': `eval/${judgedDrive.runId}`,
  'judge-answers': `judge/${judged.runId}`,
};
await mkdir(folder, { recursive: true });
for (const [name, workflowId] of Object.entries(recorded)) {
  const history = await server.client.workflow.getHandle(workflowId).fetchHistory();
  await writeFile(`${folder}${name}.json`, historyToJSON(history));
}
await server.close();

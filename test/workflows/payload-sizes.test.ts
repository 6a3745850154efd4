import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mostPayloadBytes } from '../../domain/payload-size.ts';
import { workflowKey } from '../../domain/workflow-key.ts';
import { bundleWorkflows } from '../../workers/workflow-bundle.ts';
import { driveInput, fakeDrive, startDrive, whileWorking } from '../support/fake-drive.ts';
import { childResultBytes, payloadBytes } from '../support/history-payloads.ts';
import { startTestServer, type TestServer } from '../support/temporal-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

describe('the payloads of a drive', () => {
  it('stay small when all its items fail with the longest messages', async () => {
    const items = 60;
    const drive = fakeDrive({
      items,
      answer: async () => {
        const details = { class: 'refused_output', step: 'answer', attempts: 1 };
        throw ApplicationFailure.nonRetryable('错'.repeat(300), details.class, details);
      },
    });
    const about = driveInput({ window: items });

    await whileWorking(server, await bundleWorkflows(), drive, async () =>
      (await startDrive(server, about)).result(),
    );

    const root = `eval/${about.runId}`;
    const ids = Array.from({ length: items }, (_, n) => workflowKey(`item-${n}`, 0));
    const histories = await Promise.all(
      [root, `${root}/s/0000`, ...ids.map((key) => `${root}/i/${key}`)].map((workflowId) =>
        server.client.workflow.getHandle(workflowId).fetchHistory(),
      ),
    );
    expect(new Set(drive.recorded.map(({ itemId }) => itemId)).size).toBe(items);
    expect(drive.recorded).toHaveLength(items);
    expect(Math.max(...histories.flatMap(payloadBytes))).toBeLessThanOrEqual(mostPayloadBytes);
    expect(Math.max(...histories.flatMap(childResultBytes))).toBeLessThanOrEqual(1024);
  });
});

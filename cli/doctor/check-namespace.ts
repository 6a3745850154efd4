import type { Client } from '@temporalio/client';
import { orchestrationQueue } from '../../domain/queues.ts';
import { type Finding, finding } from './check.ts';
import { judgeRetention, judgeSearchAttributes, judgeServerClock } from './judge-server.ts';

/** What a server that answers must know before a run starts on it. */
export function checkNamespace(client: Client): Promise<Finding[]> {
  const { namespace } = client.options;
  const { workflowService, operatorService } = client.connection;
  return Promise.all([
    finding('retention', `temporal operator namespace create ${namespace}`, async () => {
      const { config } = await workflowService.describeNamespace({ namespace });
      const { seconds } = config?.workflowExecutionRetentionTtl ?? {};
      return judgeRetention(namespace, Number(seconds ?? 0));
    }),
    finding(
      'search attributes',
      `temporal operator search-attribute list --namespace ${namespace}`,
      async () => {
        const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
        return judgeSearchAttributes(namespace, customAttributes);
      },
    ),
    finding('server clock', 'timedatectl set-ntp true  # on both machines', async () => {
      const { pollers } = await workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: orchestrationQueue },
        taskQueueType: 1,
      });
      const seen = (pollers ?? []).map(({ lastAccessTime }) =>
        Number(lastAccessTime?.seconds ?? 0),
      );
      const newest = Math.max(0, ...seen);
      return judgeServerClock(newest === 0 ? null : newest * 1000 - Date.now());
    }),
  ]);
}

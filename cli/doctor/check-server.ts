import { connectCluster, connectEmbedded, namesCluster } from '../../client/connect.ts';
import { unpolledQueues } from '../../client/queue-pollers.ts';
import { orchestrationQueue } from '../../domain/queues.ts';
import { findTemporalBinary } from '../../workers/embedded/find-temporal-binary.ts';
import { isHolderAlive, readHolder } from '../../workers/embedded/holder-record.ts';
import { readServerRecord } from '../../workers/embedded/server-record.ts';
import type { StateFolder } from '../../workers/embedded/state-folder.ts';
import { describeVersions } from '../../workers/embedded/temporal-binary.ts';
import { printNote } from '../output.ts';
import { broken, type Finding, finding, passed } from './check.ts';
import { listenProblem } from './check-machine.ts';
import { checkNamespace } from './check-namespace.ts';
import { judgePorts } from './judge-server.ts';

const namedBinary = 'export VIDEOQA_TEMPORAL_CLI=<path of a Temporal CLI>';

/**
 * The Temporal server: the cluster that the environment names, else the embedded one, whose binary
 * is obtained where it is missing, as the first run would. Where a server answers, also whether a
 * worker polls it; the queues of models are polled only while a run is at work.
 */
export async function checkServer(
  folder: StateFolder,
  environment: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  if (namesCluster()) return checkCluster();
  const ports = judgePorts((await listenProblem({ host: '127.0.0.1', port: 0 })) === null);
  return [await binary(folder, environment), ports, ...(await holderFindings(folder))];
}

async function checkCluster(): Promise<Finding[]> {
  try {
    const open = await connectCluster();
    try {
      return [
        passed('Temporal cluster', `${open.address}, namespace ${open.namespace}`),
        await polled(open.client, 'videoqa worker --role all'),
        ...(await checkNamespace(open.client)),
      ];
    } finally {
      await open.close();
    }
  } catch (error) {
    const fix = 'unset TEMPORAL_ADDRESS (the embedded server is used), or name a reachable one';
    return [broken('Temporal cluster', (error as Error).message, fix)];
  }
}

function binary(folder: StateFolder, environment: NodeJS.ProcessEnv): Promise<Finding> {
  return finding('Temporal server', namedBinary, async () => {
    const { createdBy } = await readServerRecord(folder);
    const found = await findTemporalBinary({ environment, createdBy, onProgress: printNote });
    return `embedded, ${describeVersions(found)} at ${found.path}`;
  });
}

async function holderFindings({ lockFile }: StateFolder): Promise<Finding[]> {
  const check = 'process at work';
  const holder = await readHolder(lockFile);
  if (holder === null) return [passed(check, 'none; the next run starts its own')];
  const isAlive = await isHolderAlive(holder, lockFile).catch((error: Error) => error);
  if (isAlive instanceof Error) return [broken(check, isAlive.message, `rm '${lockFile}'`)];
  if (!isAlive) {
    return [passed(check, `process ${holder.pid} has ended; the next run takes over its folder`)];
  }
  if (holder.ports === null) return [passed(check, `process ${holder.pid} is starting`)];
  const { grpc, ui } = holder.ports;
  try {
    const open = await connectEmbedded(`127.0.0.1:${grpc}`, 'default');
    try {
      return [
        passed(check, `process ${holder.pid}, Temporal UI at http://127.0.0.1:${ui}`),
        await polled(open.client, 'videoqa down'),
        ...(await checkNamespace(open.client)),
      ];
    } finally {
      await open.close();
    }
  } catch (error) {
    return [broken(check, (error as Error).message, 'videoqa down')];
  }
}

function polled(client: Parameters<typeof unpolledQueues>[0], fix: string): Promise<Finding> {
  const check = 'workers';
  return finding(check, fix, async () => {
    const unpolled = await unpolledQueues(client, [orchestrationQueue]);
    if (unpolled.length === 0) return `the queue ${orchestrationQueue} is polled`;
    return broken(check, `no worker polls the queue ${orchestrationQueue}`, fix);
  });
}

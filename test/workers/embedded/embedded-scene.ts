import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { execaNode } from 'execa';
import { onTestFinished } from 'vitest';
import type { EmbeddedHolder } from '../../../workers/embedded/become-holder.ts';
import { readHolder } from '../../../workers/embedded/holder-record.ts';
import { stopLeftOverServers } from '../../../workers/embedded/left-over-servers.ts';
import {
  openEmbeddedTemporal,
  type EmbeddedJoiner,
} from '../../../workers/embedded/open-embedded-temporal.ts';
import { openStateFolder, type StateFolder } from '../../../workers/embedded/state-folder.ts';
import { temporalBinary } from '../../support/temporal-binary.ts';

export type Scene = {
  readonly stateFolder: StateFolder;
  readonly environment: NodeJS.ProcessEnv;
  /** What was reported so far, by every opener inside this process. */
  readonly progress: readonly string[];
  open(changes?: NodeJS.ProcessEnv): Promise<EmbeddedHolder | EmbeddedJoiner>;
  openAsHolder(changes?: NodeJS.ProcessEnv): Promise<EmbeddedHolder>;
  /** Starts a process that opens the same folder; what it became comes later. */
  openElsewhere(changes?: NodeJS.ProcessEnv): OtherOpener;
  /** The number of the server's process, as the lock file says. */
  serverPid(): Promise<number>;
};

export type OtherOpener = {
  readonly pid: number;
  readonly opened: Promise<{ readonly role: string; readonly address: string }>;
  readonly ended: Promise<unknown>;
};

const script = fileURLToPath(new URL('hold-state-folder.ts', import.meta.url));

/** A state folder of its own, from which everything that a test started is gone when the test ends. */
export async function setScene(): Promise<Scene> {
  const home = await mkdtemp(join(tmpdir(), 'videoqa embedded-'));
  const environment = { ...process.env, VIDEOQA_HOME: home, VIDEOQA_TEMPORAL_CLI: temporalBinary };
  const stateFolder = await openStateFolder(environment);
  const progress: string[] = [];
  const holders: EmbeddedHolder[] = [];
  onTestFinished(async () => {
    await Promise.all(holders.map((holder) => holder.close()));
    await stopLeftOverServers(stateFolder, () => undefined);
    await rm(home, { recursive: true, force: true });
  });

  const open: Scene['open'] = async (changes = {}) => {
    const opened = await openEmbeddedTemporal({
      stateFolder,
      environment: { ...environment, ...changes },
      onProgress: (message) => progress.push(message),
    });
    if (opened.role === 'holder') holders.push(opened);
    return opened;
  };
  return {
    stateFolder,
    environment,
    progress,
    open,
    openAsHolder: async (changes) => {
      const opened = await open(changes);
      if (opened.role !== 'holder') throw new Error(`joined process ${opened.holder.pid}`);
      return opened;
    },
    openElsewhere: (changes) => openElsewhere({ ...environment, ...changes }),
    serverPid: async () => (await readHolder(stateFolder.lockFile))?.serverPid ?? 0,
  };
}

/** Asks again and again until `look` finds something; the test's own limit ends a vain search. */
export async function eventually<Found>(
  look: () => Promise<Found | false | null | undefined>,
): Promise<Found> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Starts a workflow that nobody works on: data that must outlive whatever happens to the server. */
export async function leaveWorkflow(address: string, workflowId: string): Promise<void> {
  await withClient(address, (client) =>
    client.workflow.start('evaluate', {
      taskQueue: 'nobody',
      workflowId,
      typedSearchAttributes: [
        {
          key: defineSearchAttributeKey('EvalRunId', SearchAttributeType.KEYWORD),
          value: 'demo-1',
        },
      ],
    }),
  );
}

/** The status of a workflow, or the message of the error. */
export async function statusOf(address: string, workflowId: string): Promise<string> {
  try {
    return await withClient(
      address,
      async (client) => (await client.workflow.getHandle(workflowId).describe()).status.name,
    );
  } catch (error) {
    return (error as Error).message;
  }
}

export async function withClient<Result>(
  address: string,
  use: (client: Client, connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }), connection);
  } finally {
    await connection.close();
  }
}

function openElsewhere(environment: NodeJS.ProcessEnv): OtherOpener {
  const child = execaNode(script, {
    env: environment,
    nodeOptions: ['--import', 'tsx'],
    reject: false,
    stderr: 'inherit',
    buffer: false,
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await child;
  });
  const opened = new Promise<string>((resolve) => {
    child.stdout.once('data', (line: Buffer) => resolve(line.toString()));
  });
  return {
    pid: child.pid ?? 0,
    opened: opened.then((line) => JSON.parse(line) as { role: string; address: string }),
    ended: child,
  };
}

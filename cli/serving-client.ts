import {
  connectCluster,
  connectEmbedded,
  namesCluster,
  type OpenClient,
} from '../client/connect.ts';
import { EnvironmentError } from '../domain/errors/usage-error.ts';
import { type HolderRecord, isHolderAlive, readHolder } from '../workers/embedded/holder-record.ts';
import type { StateFolder } from '../workers/embedded/state-folder.ts';
import { watchHolder } from '../workers/embedded/watch-holder.ts';
import { openPayloadEncryption } from '../workers/payload-encryption.ts';

/** A Temporal server at which somebody works, without working there. */
export type ServingClient = OpenClient & {
  /** Null where the cluster's UI is somewhere we do not know. */
  readonly uiUrl: string | null;
  readonly role: 'joiner' | 'cluster';
  /** Rejects when the process that works on the state folder is gone. */
  readonly gone: Promise<never>;
};

/**
 * Connects to the cluster that the environment names, else to the embedded server of the process
 * that holds the state folder.
 *
 * @returns null when no process holds it
 */
export async function openServingClient(folder: StateFolder): Promise<ServingClient | null> {
  const { dataConverter } = await openPayloadEncryption(process.env);
  if (namesCluster()) {
    const gone = new Promise<never>(() => undefined);
    return { ...(await connectCluster(dataConverter)), uiUrl: null, role: 'cluster', gone };
  }
  const holder = await servingHolder(folder.lockFile);
  if (holder?.ports == null) return null;
  const open = await connectEmbedded(`127.0.0.1:${holder.ports.grpc}`, 'default', dataConverter);
  const watch = followHolder(folder.lockFile, holder);
  return {
    ...open,
    uiUrl: `http://127.0.0.1:${holder.ports.ui}`,
    role: 'joiner',
    gone: watch.gone,
    async close() {
      watch.stop();
      await open.close();
    },
  };
}

/** A holder that is starting has no ports for a moment. */
const startPatienceMs = 15_000;

async function servingHolder(lockFile: string): Promise<HolderRecord | null> {
  const patience = AbortSignal.timeout(startPatienceMs);
  for (;;) {
    const holder = await readHolder(lockFile);
    if (holder === null || !(await isHolderAlive(holder, lockFile))) return null;
    if (holder.ports !== null) return holder;
    if (patience.aborted) return null;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Watches the process that works for this one. */
export function followHolder(
  lockFile: string,
  holder: HolderRecord,
): { readonly gone: Promise<never>; stop(): void } {
  let stop = (): void => undefined;
  const gone = new Promise<never>((_, reject) => {
    stop = watchHolder(lockFile, holder, () => reject(holderGone(holder.pid)));
  });
  gone.catch(() => undefined);
  return { gone, stop: () => stop() };
}

function holderGone(pid: number): EnvironmentError {
  return new EnvironmentError(
    `The process ${pid} that ran the server and the workers has ended. Run the same command again: ` +
      'it goes on where this stopped, and nothing finished is paid for twice.',
  );
}

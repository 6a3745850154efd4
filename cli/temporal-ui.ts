import { namesCluster } from '../client/connect.ts';
import { isHolderAlive, readHolder } from '../workers/embedded/holder-record.ts';
import type { StateFolder } from '../workers/embedded/state-folder.ts';

/** The Temporal UI while a process serves this state folder; null when none is known to be there. */
export async function livingTemporalUi({
  lockFile,
}: StateFolder): Promise<{ readonly url: string; readonly namespace: string } | null> {
  if (namesCluster()) return null;
  const holder = await readHolder(lockFile);
  if (holder?.ports == null) return null;
  const isAlive = await isHolderAlive(holder, lockFile).catch(() => false);
  return isAlive ? { url: `http://127.0.0.1:${holder.ports.ui}`, namespace: 'default' } : null;
}

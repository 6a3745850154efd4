import { setTimeout as delay } from 'node:timers/promises';
import { crashPoint } from '../../domain/crash-points.ts';
import { becomeHolder, type EmbeddedHolder, type EmbeddedOptions } from './become-holder.ts';
import type { ServerPorts } from './free-ports.ts';
import { claimHolderLock } from './holder-lock.ts';
import { isHolderAlive, readHolder, type HolderRecord } from './holder-record.ts';
import { embeddedNamespace } from './namespace-setup.ts';

/** Another process holds the state folder: submit to its server, and watch the process. */
export type EmbeddedJoiner = {
  readonly role: 'joiner';
  readonly address: string;
  readonly uiUrl: string;
  readonly namespace: typeof embeddedNamespace;
  readonly holder: HolderRecord;
};

/**
 * Opens the embedded Temporal of a state folder. The first process becomes its holder, which runs the
 * server (and is to run the workers); every further one joins the holder that is there, waiting until
 * its server answers. A holder that is gone is followed, and its server, if that still answers, kept.
 *
 * @throws {EnvironmentError} when no server can be had or the database must not be opened
 */
export async function openEmbeddedTemporal(
  options: EmbeddedOptions,
): Promise<EmbeddedHolder | EmbeddedJoiner> {
  const { lockFile } = options.stateFolder;
  for (;;) {
    const claim = await claimHolderLock(lockFile, options.environment);
    if ('lock' in claim) {
      crashPoint('lock-taken');
      return becomeHolder(claim.lock, options);
    }
    const joined = await waitUntilHolderServes(lockFile, options.onProgress);
    if (joined !== null) return joined;
  }
}

/** Null when the holder went before its server answered. */
async function waitUntilHolderServes(
  lockFile: string,
  onProgress: (message: string) => void,
): Promise<EmbeddedJoiner | null> {
  let saidAbout = '';
  for (;;) {
    const holder = await readHolder(lockFile);
    if (holder === null || !(await isHolderAlive(holder, lockFile))) return null;
    if (holder.state === 'serving' && holder.ports !== null) return joinerOf(holder, holder.ports);
    const situation = `Waiting for process ${holder.pid}, which is ${holder.state} the Temporal server`;
    if (situation !== saidAbout) onProgress(situation);
    saidAbout = situation;
    await delay(200);
  }
}

function joinerOf(holder: HolderRecord, ports: ServerPorts): EmbeddedJoiner {
  return {
    role: 'joiner',
    address: `127.0.0.1:${ports.grpc}`,
    uiUrl: `http://127.0.0.1:${ports.ui}`,
    namespace: embeddedNamespace,
    holder,
  };
}

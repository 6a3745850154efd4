import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TreeWorkerInput } from './tree-worker.ts';

const isSource = import.meta.url.endsWith('.ts');

/** A worker process that polls every queue of its run. */
export type TreeWorkerProcess = {
  readonly pid: number;
  /** Items that have ended. */
  ended(): number;
  close(): Promise<void>;
};

/** Starts the worker and returns when it polls. Run from source, it needs the loader this process has. */
export async function startTreeWorker(input: TreeWorkerInput): Promise<TreeWorkerProcess> {
  const path = fileURLToPath(new URL(`./tree-worker.${isSource ? 'ts' : 'js'}`, import.meta.url));
  const child = fork(path, [JSON.stringify(input)], { stdio: 'inherit' });
  const ended = once(child, 'exit');
  let endedItems = 0;
  child.on('message', (message) => {
    if (typeof message === 'object' && 'ended' in message) endedItems = Number(message.ended);
  });
  await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => Promise.reject(new Error(`The worker ended with ${String(code)}`))),
  ]);
  return {
    pid: child.pid!,
    ended: () => endedItems,
    async close() {
      if (child.connected) child.send('stop');
      await ended;
    },
  };
}

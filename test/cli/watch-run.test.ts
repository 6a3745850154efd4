import { expect, it, onTestFinished } from 'vitest';
import type { Session } from '../../cli/session.ts';
import { watchServedRun } from '../../cli/watch-run.ts';

const model = { account: 'vllm' };
const spec = {
  models: { plan: model, answer: model, image: null, embedding: null },
  strategy: { name: 'blind' },
  dataset: { media: { kind: 'frames' } },
};
const gone = new Error('the server is gone');

/** Watches a run beside a server that goes, whose drive is open so many times that it is looked at. */
function watch(looksWhileOpen: number): Promise<void> {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  let looks = 0;
  const session = {
    role: 'joiner',
    stores: {
      runs: { get: async () => ({ driveIsOpen: looks++ < looksWhileOpen, spec }) },
      calls: { spending: async () => [] },
    },
    gone: Promise.reject(gone),
  } as unknown as Session;
  return watchServedRun(session, 'mine-1', { signal: stop.signal, temporalUi: null });
}

it('ends well beside a server that went because the drive had ended', async () => {
  await expect(watch(1)).resolves.toBeUndefined();
});

it('says that the server is gone while the drive is open', async () => {
  await expect(watch(Infinity)).rejects.toBe(gone);
});

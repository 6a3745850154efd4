import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { RunRecord, RunStore } from '../domain/stores/run-store.ts';
import { exportOriginal } from './export-original.ts';

/** Writing files again takes at most this share of the time, however large the run. */
const writingShare = 0.05;

export type ResultFileSources = {
  readonly runs: Pick<RunStore, 'get' | 'counts' | 'rows' | 'markOutput'>;
  readonly blobs: Pick<BlobStore, 'get'>;
};

type Kept = { writing: Promise<void>; isWriting: boolean; ended: number; readyAt: number };

/**
 * Keeps the result files of runs with an output folder up to date, in the original script's shape:
 * to be called after rows were recorded and when a drive has ended. Writes at every tenth ended
 * item, as the original did, and at the end of a drive; in a run so large that a file takes long
 * to write, less often, because each write is the whole file.
 *
 * Only the write at the end of a drive is waited for and reports an error: a file that takes long
 * to write, or could not be, must not hold up the run on its way.
 */
export function createResultFileKeeper({ runs, blobs }: ResultFileSources) {
  const keptOfRun = new Map<string, Kept>();

  const write = async (run: RunRecord, kept: Kept): Promise<void> => {
    const { output } = run.spec;
    if (output === null) return;
    const startedAt = performance.now();
    await exportOriginal({ runs, blobs }, run.spec, { ...output, media: false });
    if (run.outputDirectory !== output.directory)
      await runs.markOutput(run.runId, output.directory);
    const tookMs = performance.now() - startedAt;
    kept.readyAt = performance.now() + tookMs / writingShare;
  };
  const writeNext = (run: RunRecord, kept: Kept): Promise<void> => {
    kept.isWriting = true;
    const written = kept.writing
      .then(() => write(run, kept))
      .finally(() => (kept.isWriting = false));
    kept.writing = written.catch(() => undefined);
    return written;
  };

  return async function keepResultFiles(runId: string): Promise<void> {
    const run = await runs.get(runId);
    if (run === null || run.spec.output === null) return;
    const kept = keptOfRun.get(runId) ?? newKept();
    keptOfRun.set(runId, kept);
    const { scheduled, running, pending } = await runs.counts(runId);
    const ended = scheduled - running - pending;
    const isTenth = Math.floor(ended / 10) > Math.floor(kept.ended / 10);
    const isDue = isTenth && !kept.isWriting && performance.now() >= kept.readyAt;
    if (run.driveIsOpen && !isDue) return;
    kept.ended = ended;
    const written = writeNext(run, kept);
    if (run.driveIsOpen) written.catch(() => undefined);
    else await written.finally(() => keptOfRun.delete(runId));
  };
}

const newKept = (): Kept => ({
  writing: Promise.resolve(),
  isWriting: false,
  ended: 0,
  readyAt: 0,
});

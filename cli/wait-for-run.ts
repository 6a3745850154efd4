import type { RunRecord, RunStore } from '../domain/stores/run-store.ts';

/** Waits until a run's drive has ended, looking every half second; `onLook` sees each state. */
export async function waitForDrive(
  runs: RunStore,
  runId: string,
  options: { readonly signal: AbortSignal; readonly onLook: (run: RunRecord) => Promise<void> },
): Promise<RunRecord | null> {
  for (;;) {
    const run = await runs.get(runId);
    if (run === null) return null;
    await options.onLook(run);
    if (!run.driveIsOpen || options.signal.aborted) return run;
    await delay(500, options.signal);
  }
}

function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

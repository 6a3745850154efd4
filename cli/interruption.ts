/**
 * Ctrl-C and SIGTERM ask for a clean end; a second one ends the process at once.
 *
 * @param announce  called at the first signal
 */
export function listenForInterruption(announce: () => void): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    // First the abort: a live view ends its frame, and the announcement stands below it.
    controller.abort();
    announce();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}

/** Resolves when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

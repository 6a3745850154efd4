import type { RunRecord } from '../domain/stores/run-store.ts';
import { watchBudget } from './budget-notes.ts';
import { createLiveScreen } from './live-screen.ts';
import { printNote, usesColour } from './output.ts';
import { renderLine, renderLive } from './render/live-view.ts';
import { readProgress } from './run-progress.ts';
import { watchServer } from './watch-server.ts';
import type { Session } from './session.ts';

const lineEveryMs = 30_000;

/**
 * Shows a run until its drive has ended or the signal aborts: a live view on a terminal, a line
 * every 30 s elsewhere. Both go to standard error.
 */
export async function watchRun(
  session: Pick<Session, 'stores' | 'client' | 'role'>,
  runId: string,
  options: { readonly signal: AbortSignal; readonly temporalUi: string | null },
): Promise<RunRecord> {
  const { runs } = session.stores;
  const screen = process.stderr.isTTY ? createLiveScreen(process.stderr) : null;
  let nextLineAt = Date.now() + lineEveryMs;
  const server = watchServer(session);
  const budget = watchBudget(session.stores.calls, runId);
  options.signal.addEventListener('abort', () => screen?.done(), { once: true });
  for (;;) {
    const run = await runs.get(runId);
    if (run === null) throw new Error(`Run ${runId} has vanished from the database`);
    await server.look(run);
    await budget.look();
    if (options.signal.aborted) return run;
    if (screen !== null) {
      const progress = await readProgress(session.stores, run, options.temporalUi);
      screen.show(renderLive(progress, process.stderr.columns, usesColour()));
    } else if (Date.now() >= nextLineAt) {
      printNote(renderLine(await readProgress(session.stores, run, options.temporalUi)));
      nextLineAt = Date.now() + lineEveryMs;
    }
    if (!run.driveIsOpen) {
      screen?.done();
      return run;
    }
    await waitOr(options.signal, 500);
  }
}

/**
 * The same beside a server that may go.
 *
 * @throws what `gone` rejects with, unless the drive had ended before
 */
export async function watchServedRun(
  session: Pick<Session, 'stores' | 'client' | 'role' | 'gone'>,
  runId: string,
  options: { readonly signal: AbortSignal; readonly temporalUi: string | null },
): Promise<void> {
  const shown = watchRun(session, runId, options);
  try {
    await Promise.race([shown, session.gone]);
  } catch (error) {
    // A server goes when its runs have ended, maybe before we looked again.
    if ((await session.stores.runs.get(runId))?.driveIsOpen !== false) throw error;
    await shown;
  }
}

function waitOr(signal: AbortSignal, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });
}

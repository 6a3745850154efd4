import { HubConnectionError } from './hub-request.ts';

/** Ends a transfer that is silent for too long. */
export type StallLimit = {
  /** Aborts with the caller's reason, or with a `HubConnectionError` after a long silence. */
  readonly signal: AbortSignal;
  /** Something arrived: the silence begins anew. */
  alive(): void;
  /** To be called at the end, or the process waits for the timer. */
  end(): void;
};

/** @param stallMs  longest silence */
export function startStallLimit(host: string, signal: AbortSignal, stallMs: number): StallLimit {
  const silence = new AbortController();
  const timer = setTimeout(() => {
    silence.abort(new HubConnectionError(`${host} sent nothing for ${stallMs / 1000} s`));
  }, stallMs);
  return {
    signal: AbortSignal.any([signal, silence.signal]),
    alive: () => void timer.refresh(),
    end: () => clearTimeout(timer),
  };
}

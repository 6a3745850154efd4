import { createHash } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Gaps between the turns of the event loop, in milliseconds. */
export type LoopGaps = { readonly p99: number; readonly max: number };

const resolutionMs = 10;
const timers = 50;
const timerMs = 25;

/**
 * Watches the event loop under the load that a Temporal worker makes: many timers that each encode
 * and hash a small payload.
 *
 * @returns ends the load and gives the gaps, without the watching timer's own 10 ms
 */
export function watchEventLoop(): () => LoopGaps {
  const payload = { frames: Array.from({ length: 60 }, (_, frame) => ({ frame, score: 0.5 })) };
  const running = Array.from({ length: timers }, () =>
    setInterval(() => {
      createHash('sha256').update(JSON.stringify(payload)).digest('hex');
    }, timerMs),
  );
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const gap = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  return () => {
    delay.disable();
    for (const timer of running) clearInterval(timer);
    return { p99: gap(delay.percentile(99)), max: gap(delay.max) };
  };
}

import type { Context } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

const firstBeatMs = 5000;
const intervalMs = 4000;

/**
 * Heartbeats from the 5th second on for every activity that has a heartbeat timeout: short ones
 * cost the server nothing, and a lost worker is noticed within the timeout.
 */
export const beatHeart: ActivityInterceptorsFactory = (context: Context) => ({
  inbound: {
    async execute(input, next) {
      if (context.info.heartbeatTimeoutMs === undefined) return next(input);
      let interval: NodeJS.Timeout | undefined;
      const first = setTimeout(() => {
        context.heartbeat();
        interval = setInterval(() => context.heartbeat(), intervalMs);
      }, firstBeatMs);
      try {
        return await next(input);
      } finally {
        clearTimeout(first);
        clearInterval(interval);
      }
    },
  },
});

import type { AccountLimit } from '../../results/account-limits.ts';

/** One line per account that was throttled, one more where its provider wants no calls now. */
export function renderLimits(limits: readonly AccountLimit[], now: number): string {
  return limits.flatMap((limit) => linesOf(limit, now)).join('\n');
}

function linesOf({ account, concurrency, blockedUntil, changes }: AccountLimit, now: number) {
  const { configured, current } = concurrency;
  const [last] = changes;
  const isReduced = current < configured;
  if (!isReduced && blockedUntil === null) return [];
  const since = last === undefined ? '' : `; ${last.reason} ${seconds(now - last.changedAt)} ago`;
  const wait =
    blockedUntil === null
      ? ''
      : `; no calls for ${seconds(blockedUntil - now)}, as its provider asked`;
  return [`  limits     ${account}: ${current} of ${configured} calls at once${since}${wait}`];
}

function seconds(ms: number): string {
  return `${Math.max(0, Math.round(ms / 1000))} s`;
}

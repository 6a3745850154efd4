import type { FailureMeaning } from '../errors/error-row.ts';

/** What one process has seen of an account's calls since it was last paused. */
export type AccountHealth = {
  /** Of the last calls, oldest first, at most 20: whether they failed as an outage does. */
  readonly recent: readonly boolean[];
  /** Items in a row whose reply was no envelope at all. */
  readonly oddItems: readonly string[];
  /** Since when nothing but one kind of throttle came back; milliseconds since 1970. */
  readonly throttledSince: number | null;
  readonly calls: number;
  /** Of these calls, those that fit no row of the error table. */
  readonly unclassified: number;
};

export const unseenHealth: AccountHealth = {
  recent: [],
  oddItems: [],
  throttledSince: null,
  calls: 0,
  unclassified: 0,
};

/** How one call ended; `failure` is null where it brought a usable reply. */
export type CallReport = {
  readonly failure: Pick<FailureMeaning, 'pause'> | null;
  readonly itemId: string;
  /** Milliseconds since 1970. */
  readonly now: number;
};

const recentCalls = 20;

/** A share of fewer calls than this says nothing. */
const fewestCalls = 100;

/** Counts are halved here, so that the share follows what happens now. */
const mostCalls = 1000;

/**
 * Takes in how a call ended.
 *
 * @returns why the account should be paused now, in words that follow "paused:", or null
 */
export function noteCall(
  before: AccountHealth,
  report: CallReport,
): { readonly health: AccountHealth; readonly pause: string | null } {
  const health = afterCall(before, report);
  return { health, pause: reasonToPause(health, report) };
}

/**
 * Whether the end of a probe shows that the provider is back: a usable reply, or a refusal of the
 * request itself. A timeout does not, nor a status that speaks of the provider alone (408, 5xx).
 */
export function showsHealth(
  failure: Pick<FailureMeaning, 'class' | 'action' | 'pause'> | null,
): boolean {
  if (failure === null) return true;
  const { class: failureClass, action, pause } = failure;
  const isSilent = failureClass === 'timeout' || failureClass === 'provider_error';
  return !isSilent && action !== 'wait' && pause === undefined;
}

function afterCall(before: AccountHealth, { failure, itemId, now }: CallReport): AccountHealth {
  const rule = failure?.pause?.when;
  const scale = before.calls >= mostCalls ? 0.5 : 1;
  return {
    recent: [...before.recent, rule === 'most-fail'].slice(-recentCalls),
    oddItems: rule === 'in-a-row' ? [...new Set([...before.oddItems, itemId])] : [],
    throttledSince: rule === 'unchanged' ? (before.throttledSince ?? now) : null,
    calls: before.calls * scale + 1,
    unclassified: before.unclassified * scale + (rule === 'share' ? 1 : 0),
  };
}

function reasonToPause(health: AccountHealth, { failure, now }: CallReport): string | null {
  const pause = failure?.pause;
  switch (pause?.when) {
    case 'at-once':
      return 'it cannot be used as it is';
    case 'most-fail':
      return whenMostFail(health);
    case 'in-a-row':
      return whenInARow(health, pause.items);
    case 'unchanged':
      return whenUnchanged(now - (health.throttledSince ?? now), pause.forMs);
    case 'share':
      return whenTooOften(health, pause.above);
    default:
      return null;
  }
}

function whenMostFail({ recent }: AccountHealth): string | null {
  const failed = recent.filter(Boolean).length;
  const isMost = recent.length === recentCalls && failed > recentCalls / 2;
  return isMost ? `${failed} of its last ${recentCalls} calls failed` : null;
}

function whenInARow({ oddItems }: AccountHealth, most: number): string | null {
  return oddItems.length >= most ? `${oddItems.length} items in a row got no usable reply` : null;
}

function whenUnchanged(sinceMs: number, mostMs: number): string | null {
  return sinceMs >= mostMs ? `throttled for ${Math.round(sinceMs / 60_000)} min on end` : null;
}

function whenTooOften({ calls, unclassified }: AccountHealth, above: number): string | null {
  const isTooOften = calls >= fewestCalls && unclassified / calls > above;
  return isTooOften ? 'too many of its replies are of an unknown kind' : null;
}

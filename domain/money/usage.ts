import type { Usage } from '../row.ts';
import type { CallRecord, CallUsage } from '../stores/call-store.ts';

/** A response that was taken from the call store instead of being paid for again. */
type CachedUse = { readonly usage: CallUsage; readonly listUsd: number | null };

/** No calls at all. */
export const noUsage: Usage = {
  calls: 0,
  cached_calls: 0,
  prompt_tokens: 0,
  completion_tokens: 0,
  images: 0,
  paid_usd: 0,
  list_usd: 0,
};

/**
 * What one step used. Spend of rejected and duplicate calls is included in `paid_usd`; `list_usd`
 * is what the step would have cost without the call store. Money is null as soon as one call has
 * no price.
 */
export function sumUsage(made: readonly CallRecord[], cached: readonly CachedUse[]): Usage {
  const settled = made.filter((call) => call.state === 'usable' || call.state === 'rejected');
  const paid = settled.map((call) => call.priceUsd);
  return {
    calls: made.length,
    cached_calls: cached.length,
    prompt_tokens: total([...settled, ...cached].map(({ usage }) => usage?.promptTokens ?? 0)),
    completion_tokens: total(
      [...settled, ...cached].map(({ usage }) => usage?.completionTokens ?? 0),
    ),
    images: total([...settled, ...cached].map(({ usage }) => usage?.images ?? 0)),
    paid_usd: money(paid),
    list_usd: money([...paid, ...cached.map((call) => call.listUsd)]),
  };
}

/** Adds usages key by key; money becomes null when any part has none. */
export function addUsage(parts: readonly Usage[]): Usage {
  return {
    calls: total(parts.map((part) => part.calls)),
    cached_calls: total(parts.map((part) => part.cached_calls)),
    prompt_tokens: total(parts.map((part) => part.prompt_tokens)),
    completion_tokens: total(parts.map((part) => part.completion_tokens)),
    images: total(parts.map((part) => part.images)),
    paid_usd: money(parts.map((part) => part.paid_usd)),
    list_usd: money(parts.map((part) => part.list_usd)),
  };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function money(amounts: readonly (number | null)[]): number | null {
  return amounts.includes(null) ? null : total(amounts as number[]);
}

import type { AccountLimits } from '../calls/call-place.ts';
import { strictest } from './account-lease.ts';
import { paidModels, type RunSpec } from '../run-spec.ts';

/**
 * What a run allows an account: where several of its models share one, the strictest of what they
 * say.
 *
 * @param model  one of the account's models
 */
export function accountLimits(
  spec: Pick<RunSpec, 'models' | 'strategy' | 'judging'>,
  model: AccountLimits & { readonly account: string },
): AccountLimits {
  const others = Object.values(paidModels(spec)).filter(({ account }) => account === model.account);
  return strictest([model, ...others]);
}

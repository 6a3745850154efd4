/**
 * What a run, or one account of it, has spent and reserved, in nano-dollars. `settled` is known
 * spend; `open` the maximum of every call whose price is not known; `live` the part of it that is in
 * flight and will settle; `held` what admitted items may still need beyond their calls.
 */
export type SpendState = {
  readonly capNano: number;
  readonly settledNano: number;
  readonly openNano: number;
  readonly liveNano: number;
  readonly heldNano: number;
};

/**
 * Whether spend fits: `fits`; `later`, when only reservations stand in its way that other calls and
 * items may give back; `never`, when what is spent leaves too little.
 */
export type BudgetVerdict = 'fits' | 'later' | 'never';

/**
 * An item is admitted when its whole estimate fits beside everything spent, reserved and held, so
 * that items that started can finish.
 */
export function judgeItem(state: SpendState, estimateNano: number): BudgetVerdict {
  const { capNano, settledNano, openNano, liveNano, heldNano } = state;
  const needed = settledNano + openNano + estimateNano;
  if (needed + heldNano <= capNano) return 'fits';
  return needed - liveNano <= capNano && liveNano + heldNano > 0 ? 'later' : 'never';
}

/**
 * A further call of an admitted item is made when its maximum fits beside everything spent and
 * reserved. What other items hold does not count: two items would wait for each other.
 */
export function judgeCall(state: SpendState, mostNano: number): BudgetVerdict {
  const { capNano, settledNano, openNano, liveNano } = state;
  const needed = settledNano + openNano + mostNano;
  if (needed <= capNano) return 'fits';
  return needed - liveNano <= capNano ? 'later' : 'never';
}

/** Finished items from which their mean is a better estimate than the sum of maximum prices. */
const fewestFinished = 5;

/**
 * What one more item takes: the mean of the finished ones plus one call at its maximum, which its
 * last call must still fit into; before five have finished, and at most, all its calls at theirs.
 */
export function estimateItem(
  most: { readonly itemNano: number; readonly callNano: number },
  finished: { readonly items: number; readonly nano: number },
): number {
  if (finished.items < fewestFinished) return most.itemNano;
  return Math.min(most.itemNano, Math.ceil(finished.nano / finished.items) + most.callNano);
}

/** The share of a cap at which a person is told. */
export const warnedShare = 0.8;

/**
 * A paid call that the budget has no room for: nothing was sent. Thrown by the call store; not a
 * failure of the item, which ends as `skipped`.
 */
export class BudgetRefusal extends Error {
  override readonly name = 'BudgetRefusal';
  /** Room may come back when calls in flight settle. */
  readonly mayFitLater: boolean;

  /** @param account  whose cap refused; null = the run's */
  constructor(account: string | null, mayFitLater: boolean) {
    const whose =
      account === null
        ? "the run's budget"
        : `the budget of account ${account}, which all runs share`;
    super(`The next call does not fit into ${whose}`);
    this.mayFitLater = mayFitLater;
  }
}

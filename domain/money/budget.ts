import { mostImagePrice, mostPromptPrice } from './pricing.ts';
import { type ChatModelSpec, type ImageModelSpec, paidModels, type RunSpec } from '../run-spec.ts';
import { plansPictures } from '../strategy-spec.ts';

/** What a run may spend, and what one of its items may take at most, in US dollars. */
export type RunBudget = {
  /** Cap over everything the run pays; null = none. */
  readonly runUsd: number | null;
  /** Caps by account, over what all runs spend there; accounts without one are left out. */
  readonly accountsUsd: Readonly<Record<string, number>>;
  /** By account: the sum of an item's calls, each at its maximum. */
  readonly itemMostUsd: Readonly<Record<string, number>>;
  /** By account: the dearest single call at its maximum. */
  readonly callMostUsd: Readonly<Record<string, number>>;
};

/** Bytes of a prompt's text that an estimate allows for; a reservation counts the real ones. */
const promptBytes = 8000;

/** The budget that a run's calls are checked against; null without a cap. */
export function budgetOf(spec: RunSpec): RunBudget | null {
  const { runUsd, accountsUsd } = capsOf(spec);
  if (runUsd === null && Object.keys(accountsUsd).length === 0) return null;
  const itemMostUsd: Record<string, number> = {};
  const callMostUsd: Record<string, number> = {};
  for (const { account, usd, calls } of dearestCalls(spec)) {
    itemMostUsd[account] = (itemMostUsd[account] ?? 0) + usd * calls;
    callMostUsd[account] = Math.max(callMostUsd[account] ?? 0, usd);
  }
  return { runUsd, accountsUsd, itemMostUsd, callMostUsd };
}

/** What keeps a budget from being kept, a line each: a model whose calls have no price. */
export function missingPrices(spec: RunSpec): string[] {
  const { runUsd, accountsUsd } = capsOf(spec);
  return Object.entries(paidModels(spec)).flatMap(([use, { account, model, price }]) => {
    const cap = accountsUsd[account] === undefined ? 'run.budgetUsd' : `models.${use}.budgetUsd`;
    const isCapped = runUsd !== null || accountsUsd[account] !== undefined;
    if (!isCapped || price !== null) return [];
    const form = use === 'image' ? '{ image: ... }' : '{ inputPerM: ..., outputPerM: ... }';
    return `${cap} cannot be kept: ${model} has no price. Set models.${use}.price: ${form} in US dollars.`;
  });
}

/** A cap belongs to the account: of several models on one, the lowest counts. */
function capsOf(spec: RunSpec): Pick<RunBudget, 'runUsd' | 'accountsUsd'> {
  const accountsUsd: Record<string, number> = {};
  for (const { account, budgetUsd } of Object.values(paidModels(spec))) {
    if (budgetUsd === null) continue;
    accountsUsd[account] = Math.min(accountsUsd[account] ?? Infinity, budgetUsd);
  }
  return { runUsd: spec.run.budgetUsd, accountsUsd };
}

function dearestCalls({ models, strategy }: RunSpec) {
  const { answer, plan, image } = models;
  const { initialFrames, answerFrames, maxImageRequests, topK } = strategy;
  const shown = answerFrames ?? Math.max(initialFrames, topK * maxImageRequests);
  const chat = (model: ChatModelSpec, frames: number) => ({
    account: model.account,
    usd: mostPromptPrice(model, { bytes: promptBytes, pictures: frames }) ?? 0,
    calls: 1,
  });
  return [
    chat(answer, shown),
    ...(plansPictures(strategy) ? [chat(plan, initialFrames)] : []),
    ...(image === null || strategy.name !== 'imagined-keyframes'
      ? []
      : [{ account: image.account, usd: mostPicture(image), calls: maxImageRequests }]),
  ];
}

function mostPicture({ price, size }: ImageModelSpec): number {
  return mostImagePrice(price, { promptBytes, size }) ?? 0;
}

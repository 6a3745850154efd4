import { nearestName } from '../text/nearest-name.ts';
import { runIdentity } from '../run-identity.ts';
import { type PaidUse, paidUses, withJudgeModels } from './run-settings.ts';
import { paidModels, type RunSpec } from '../run-spec.ts';
import { UsageError } from '../errors/usage-error.ts';

/** Limits of an account that a run at work can be given anew. */
export type AccountLimit = 'concurrency' | 'requestsPerMinute' | 'tokensPerMinute' | 'budgetUsd';

/** What `tune` was asked for; null takes a limit away. */
export type Tuning = {
  readonly itemsInFlight: number | null;
  /** Absent leaves the budget as it is. */
  readonly budgetUsd?: number | null;
  readonly accounts: readonly {
    readonly limit: AccountLimit;
    /** A use (`answer`, `plan`, `image`, `judge`) or the account's name; null = the only account. */
    readonly of: string | null;
    readonly value: number | null;
  }[];
};

/**
 * A run's spec with other limits. A limit belongs to an account: every use of that account gets it.
 *
 * @throws {UsageError} for an account that the run does not have, and a budget without prices
 */
export function tuneRun(spec: RunSpec, tuning: Tuning): RunSpec {
  const { itemsInFlight, budgetUsd, accounts } = tuning;
  const run = {
    ...spec.run,
    ...(itemsInFlight !== null && { itemsInFlight }),
    ...(budgetUsd !== undefined && { budgetUsd }),
  };
  const tuned = accounts.reduce(
    (before, { limit, of, value }) => {
      const account = accountNamed(before, of);
      const models = paidUses.map((use) => {
        const model = before.models[use];
        return [use, model?.account === account ? { ...model, [limit]: value } : model];
      });
      const others = { ...before, models: { ...before.models, ...Object.fromEntries(models) } };
      return withJudgeModels(others, (model) =>
        model.account === account ? { ...model, [limit]: value } : model,
      );
    },
    { ...spec, run },
  );
  refuseUnpriced(tuned, tuning);
  return tuned;
}

function accountNamed({ models, judging }: RunSpec, name: string | null): string {
  const ofModels = paidUses.flatMap((use) => {
    const account = models[use]?.account;
    return account === undefined ? [] : [{ use, account }];
  });
  const ofJudges = (judging?.judges ?? []).map(({ model }) => ({
    use: 'judge',
    account: model.account,
  }));
  const uses = [...ofModels, ...ofJudges];
  const accounts = [...new Set(uses.map(({ account }) => account))];
  const known = `Known: ${uses.map(({ use, account }) => `${use} (${account})`).join(', ')}.`;
  if (name === null) {
    const [only] = accounts;
    if (accounts.length === 1 && only !== undefined) return only;
    throw new UsageError(`The run has several accounts: say whose limit, as answer=8. ${known}`);
  }
  const found = uses.find(({ use, account }) => use === name || account === name);
  if (found !== undefined) return found.account;
  const nearest = nearestName(name, [...uses.map(({ use }) => use), ...accounts]);
  const meant = nearest === null ? '' : ` Did you mean ${nearest}?`;
  throw new UsageError(`The run has no account ${name}.${meant} ${known}`);
}

/** Spend that has no price cannot be held against a budget. */
function refuseUnpriced(spec: RunSpec, { budgetUsd, accounts }: Tuning): void {
  const limited = accounts.filter(({ limit, value }) => limit === 'budgetUsd' && value !== null);
  const capped = limited.map(({ of }) => accountNamed(spec, of));
  for (const [use, model] of Object.entries(paidModels(spec))) {
    if (model.price !== null) continue;
    if (typeof budgetUsd !== 'number' && !capped.includes(model.account)) continue;
    throw new UsageError(
      `models.${use} has no price, so its spend cannot be held against a budget. Add the price to ` +
        'the configuration and run it again; the run stays the same.',
    );
  }
}

const identityKeys: Readonly<Record<string, 'strategy' | 'models'>> = {
  model: 'models',
  temperature: 'models',
  seed: 'models',
  maxTokens: 'models',
  initialFrames: 'strategy',
  topK: 'strategy',
  answerFrames: 'strategy',
  maxImageRequests: 'strategy',
  frameMaxEdge: 'strategy',
};

/**
 * Why a setting cannot be tuned: results depend on it, so another value is another run.
 *
 * @param value  as typed, with or without `answer=` before it
 * @returns null when the setting is none of those
 */
export function identityRefusal(spec: RunSpec, setting: string, value: string): string | null {
  const part = identityKeys[setting];
  if (part === undefined) return null;
  const [, of, plain = ''] = /^(?:(answer|plan|image)=)?(.*)$/.exec(value) ?? [];
  const use = (of ?? 'answer') as PaidUse;
  const wanted = Number.isNaN(Number(plain)) || plain === '' ? plain : Number(plain);
  const changed =
    part === 'strategy'
      ? { ...spec, strategy: { ...spec.strategy, [setting]: wanted } }
      : {
          ...spec,
          models: { ...spec.models, [use]: { ...spec.models[use], [setting]: wanted } },
        };
  const { runId } = runIdentity(changed, spec.dataset.hash);
  const path = part === 'strategy' ? `strategy.${setting}` : `models.${use}.${setting}`;
  return (
    `${path} is part of what ${spec.runId} is: results depend on it. With ${plain} it would be ` +
    `a new run, ${runId}: change the configuration and \`videoqa run\` it.`
  );
}

import { type Extrapolated, extrapolate } from '../domain/money/extrapolate.ts';
import type { Step } from '../domain/outcome.ts';
import type { Row } from '../domain/row.ts';
import { paidModels, type RunSpec } from '../domain/run-spec.ts';
import type { JudgementTotal } from '../domain/stores/judgement-store.ts';

/** What a whole dataset will take, estimated from a pilot of its items. Money in US dollars. */
export type RunEstimate = {
  readonly pilotItems: number;
  readonly items: number;
  /** List price of everything, the pilot's part included; null without prices. */
  readonly costUsd: Extrapolated | null;
  /** What judging the answers costs beside it; null without a judge, and without its price. */
  readonly judgingUsd: number | null;
  readonly promptTokens: Extrapolated | null;
  readonly completionTokens: Extrapolated | null;
  readonly images: Extrapolated | null;
  /** At the configured limits, with calls as fast as in the pilot. */
  readonly seconds: number | null;
  /** The limit that decides the time, such as `run.itemsInFlight`. */
  readonly slowestLimit: string | null;
};

type PilotRow = Pick<Row, 'outcome' | 'usage' | 'steps' | 'generated'>;

/**
 * Extrapolates from the rows of items that ran to an end, and from their judgements. Calls from the
 * store count as if fresh.
 */
export function estimateRun(
  spec: RunSpec,
  rows: readonly PilotRow[],
  items: number,
  judged: readonly JudgementTotal[] = [],
): RunEstimate {
  const ended = rows.filter(({ outcome }) => outcome !== 'skipped' && outcome !== 'cancelled');
  const sum = (value: (row: PilotRow) => number) => extrapolate(ended.map(value), items);
  const costs = ended.flatMap(({ usage }) => usage.list_usd ?? []);
  const times = ended.length === 0 ? [] : timesAtLimits(spec, ended, items);
  const slowest = times.toSorted((left, right) => right.seconds - left.seconds)[0];
  return {
    pilotItems: ended.length,
    items,
    costUsd: costs.length === ended.length ? extrapolate(costs, items) : null,
    judgingUsd: judgingCost(judged, rows.length, items),
    promptTokens: sum(({ usage }) => usage.prompt_tokens),
    completionTokens: sum(({ usage }) => usage.completion_tokens),
    images: sum(({ usage }) => usage.images),
    seconds: slowest?.seconds ?? null,
    slowestLimit: slowest?.limit ?? null,
  };
}

/** A calibration set is judged once, whatever the number of items. */
function judgingCost(
  judged: readonly JudgementTotal[],
  pilotItems: number,
  items: number,
): number | null {
  if (judged.length === 0) return null;
  return judged.reduce<number | null>((sum, { kind, usage }) => {
    if (sum === null || usage.list_usd === null) return null;
    return sum + usage.list_usd * (kind === 'item' ? items / pilotItems : 1);
  }, 0);
}

const useOfStep: Partial<Record<Step, 'answer' | 'plan' | 'image'>> = {
  plan: 'plan',
  generate: 'image',
  answer: 'answer',
};

/** How long everything takes if one limit alone decided, for each limit. */
function timesAtLimits(spec: RunSpec, rows: readonly PilotRow[], items: number) {
  const perItem = (value: (row: PilotRow) => number) =>
    (rows.reduce((sum, row) => sum + value(row), 0) / rows.length) * items;
  const busy = (row: PilotRow, isCounted: (step: Step) => boolean) =>
    row.steps
      .filter(({ step }) => isCounted(step))
      .reduce((sum, { duration_ms }) => sum + duration_ms / 1000, 0);
  /** Pictures of one item are drawn side by side. */
  const alone = (row: PilotRow) =>
    busy(row, (step) => step !== 'generate') +
    busy(row, (step) => step === 'generate') / Math.max(1, row.generated.length);

  const ofSteps: readonly string[] = Object.values(useOfStep);
  const models = Object.entries(paidModels(spec)).filter(([use]) => ofSteps.includes(use));
  const accounts = [...new Set(models.map(([, { account }]) => account))];
  return [
    { limit: 'run.itemsInFlight', seconds: perItem(alone) / spec.run.itemsInFlight },
    ...accounts.flatMap((account) => {
      const uses = models.filter(([, model]) => model.account === account);
      const isOurs = (step: Step) => uses.some(([use]) => use === useOfStep[step]);
      const calls = ({ steps, generated }: PilotRow) =>
        steps
          .filter(({ step }) => isOurs(step))
          .reduce((sum, { step }) => sum + (step === 'generate' ? generated.length : 1), 0);
      const tokens = ({ usage }: PilotRow) => usage.prompt_tokens + usage.completion_tokens;
      const [use, { concurrency, requestsPerMinute, tokensPerMinute }] = uses[0]!;
      const perMinute = (limit: string, amount: number, allowed: number | null) =>
        allowed === null
          ? []
          : [{ limit: `models.${use}.${limit}`, seconds: (amount / allowed) * 60 }];
      const working = perItem((row) => busy(row, isOurs));
      return [
        { limit: `models.${use}.concurrency`, seconds: working / concurrency },
        ...perMinute('requestsPerMinute', perItem(calls), requestsPerMinute),
        // Providers count tokens of chats.
        ...perMinute('tokensPerMinute', perItem(tokens), use === 'image' ? null : tokensPerMinute),
      ];
    }),
  ];
}

import type { Extrapolated } from '../../domain/money/extrapolate.ts';
import { isSimulated, type RunSpec } from '../../domain/run-spec.ts';
import type { RunEstimate } from '../../results/estimate.ts';
import { dollars, duration } from './numbers.ts';

/** What a whole dataset will take, each figure with its 95 % interval. */
export function renderEstimate(
  estimate: RunEstimate & { readonly pilotRunId: string },
  spec: RunSpec,
): string {
  const { items, pilotItems, pilotRunId, costUsd, seconds, slowestLimit } = estimate;
  const label = isSimulated(spec) ? ' (simulated)' : '';
  return [
    `${spec.runId}: all ${items} items, from a pilot of ${pilotItems} (${pilotRunId})${label}`,
    `  cost      ${costUsd === null ? 'unknown, a model has no price' : withInterval(costUsd, dollars)}`,
    ...(estimate.judgingUsd === null ? [] : [`  judging   ${dollars(estimate.judgingUsd)} more`]),
    `  tokens    ${withInterval(estimate.promptTokens, whole)} in, ${withInterval(estimate.completionTokens, whole)} out`,
    `  pictures  ${withInterval(estimate.images, whole)}`,
    `  time      ${seconds === null ? 'unknown' : `about ${duration(seconds)}, decided by ${slowestLimit}`}`,
    ...(costUsd !== null && spec.run.budgetUsd !== null && costUsd.total > spec.run.budgetUsd
      ? [`  budget    ${dollars(spec.run.budgetUsd)} will not do for all of it`]
      : []),
  ].join('\n');
}

function withInterval(value: Extrapolated | null, show: (amount: number) => string): string {
  if (value === null) return '-';
  const { total, ci95 } = value;
  return ci95 === null ? show(total) : `${show(total)} (${show(ci95[0])} to ${show(ci95[1])})`;
}

const whole = (amount: number): string => String(Math.round(amount));

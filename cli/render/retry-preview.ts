import type { RetryGroup } from '../../domain/money/retry-estimate.ts';
import { dollars, table } from './numbers.ts';

/** What a retry would take up: how many items of each kind, and the probable cost. */
export function renderRetryPreview(preview: {
  readonly runId: string;
  readonly selected: number;
  readonly groups: readonly RetryGroup[];
  readonly estimatedUsd: number | null;
}): string {
  const { runId, selected, groups, estimatedUsd } = preview;
  if (selected === 0) return `${runId}: nothing to retry: no item that is not answered matches.`;
  const rows = groups.map(({ outcome, step, items }) => [
    `  ${outcome ?? 'not ended'}${step === null ? '' : ` in ${step}`}`,
    String(items),
  ]);
  const cost =
    estimatedUsd === null
      ? 'cost not known: nothing has been paid yet, or a model has no price'
      : `about ${dollars(estimatedUsd)}, from what the run has paid so far`;
  return [`${runId}: ${selected} items would be retried, ${cost}`, table(rows)].join('\n');
}

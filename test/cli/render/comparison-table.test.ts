import { expect, it } from 'vitest';
import { renderComparison } from '../../../cli/render/comparison-table.ts';
import { sampleSummary } from './sample-summary.ts';

it('puts strategies side by side with intervals, denominators and what each gains', () => {
  const uniform = {
    ...sampleSummary,
    strategy: 'uniform',
    accuracy: {
      ...sampleSummary.accuracy!,
      correct: 36,
      overScheduled: 0.3,
      ci95: [0.2, 0.4] as const,
    },
    retrieval: { hitRate: 0.19, items: 100 },
  };
  const comparison = {
    baseline: 'uniform',
    strategy: 'imagined-keyframes',
    items: 120,
    accuracyDifference: 0.225,
    ci95: [0.11, 0.34] as const,
    hitRateDifference: 0.59,
  };

  expect(renderComparison([uniform, sampleSummary], [comparison])).toMatchInlineSnapshot(`
    "Comparison (all numbers simulated)
    strategy            accuracy over scheduled     95 % interval    event shown  calls  reused   paid  list price       time
    uniform                  30.0 % (36 of 120)  20.0 % to 40.0 %  19.0 % of 100    480      12  $7.50       $7.75  5 min 3 s
    imagined-keyframes       52.5 % (63 of 120)  44.1 % to 60.9 %  78.0 % of 100    480      12  $7.50       $7.75  5 min 3 s

    imagined-keyframes - uniform: +22.5 points, interval +11.0 to +34.0, 120 paired items; event shown +59.0 points
    Intervals are 95 %, clustered by video; not answered counts as not right."
  `);
});

import { describe, expect, it } from 'vitest';
import { judgeLines, renderJudgedComparison } from '../../../cli/render/judge-view.ts';
import type { JudgeReport } from '../../../results/judge-report.ts';

const report: JudgeReport = {
  judge: 'j@1a2b3c4d',
  responseModels: [],
  dimensions: [
    {
      contract: 'yes-no-score',
      dimension: null,
      judged: 8,
      unparsed: 1,
      failed: 0,
      unjudged: 0,
      scheduled: 12,
      yes: 6,
      accuracy: { mean: 0.75, ci95: [0.5, 0.9] },
      overScheduled: 0.5,
      score: { mean: 3.5, ci95: [3, 4] },
      meanTruncatedScore: 3.25,
    },
  ],
  scores: null,
  categories: [
    {
      category: 'type',
      contract: 'yes-no-score',
      labels: [{ label: 'colour', judged: 8, yes: 6, meanScore: 3.5 }],
      macro: { accuracy: 0.75, meanScore: 3.5 },
    },
  ],
};

describe('what judges say', () => {
  it('D11: stands over all scheduled beside what it is of the judged', () => {
    const [, titles, cells] = judgeLines([report]);

    expect(titles).toMatch(/yes of scheduled +yes of judged/);
    expect(cells).toMatch(/50\.0 % \(6 of 12\) +75\.0 % \(6 of 8\)/);
  });

  it('names the contract of every category', () => {
    expect(judgeLines([report])).toContain(
      '  by type, yes-no-score over judged: macro over 1 labels 75.0 % yes, score 3.50',
    );
  });

  it('is compared over what was judged in both, and never takes two unknown judges for one', () => {
    const text = renderJudgedComparison([
      {
        baseline: 'a',
        run: 'b',
        contract: 'yes-no-score',
        dimension: null,
        measure: 'accuracy',
        judges: ['unknown', 'unknown'],
        items: 5,
        difference: 0.2,
        ci95: [-0.1, 0.5],
      },
    ]);

    expect(text).toContain('over items judged in both');
    expect(text).toContain('by unknown against unknown');
  });
});

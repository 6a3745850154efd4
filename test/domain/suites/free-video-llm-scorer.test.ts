import { expect, it } from 'vitest';
import { freeVideoLlmFigures } from '../../../domain/suites/free-video-llm-scorer.ts';

it('F5: cuts 4.8 to 4, divides the scores by all files, and the accuracy by yes and no', () => {
  const figures = freeVideoLlmFigures([
    { pred: 'yes', score: 4.8 },
    { pred: 'Yes, it is', score: 5 },
    { pred: 'no', score: 1 },
    { pred: 'maybe', score: 3 },
    { pred: 'yes', score: null },
  ]);

  // 4 + 5 + 1 + 3 over 5 files; the verdict of the last is not read.
  expect(figures).toEqual({ yes: 2, no: 1, accuracy: 2 / 3, averageScore: 13 / 5 });
});

it('has no figures without files', () => {
  expect(freeVideoLlmFigures([])).toEqual({ yes: 0, no: 0, accuracy: null, averageScore: null });
});

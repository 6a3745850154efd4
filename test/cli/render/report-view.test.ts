import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../cli/render/report-view.ts';
import type { CallRecord } from '../../../domain/stores/call-store.ts';
import type { RunReport } from '../../../results/report.ts';
import { sampleSpec } from '../../adapters/database/sample-run.ts';
import { sampleSummary } from './sample-summary.ts';

const openIntent = {
  itemId: 'q7\u001b[31m',
  step: 'answer',
  drive: 1,
  model: 'qwen-vl',
  startedAt: Date.UTC(2026, 0, 1),
  maxPriceUsd: 0.02,
} as CallRecord;

const report: RunReport = {
  summary: sampleSummary,
  accuracies: [
    { over: 'scheduled', correct: 63, items: 120, ci95: [0.441, 0.609] },
    { over: 'answered', correct: 63, items: 112, ci95: [0.475, 0.65] },
    { over: 'without degraded', correct: 62, items: 116, ci95: [0.449, 0.62] },
    { over: 'without retried', correct: 63, items: 118, ci95: [0.448, 0.62] },
  ],
  retried: { items: 2, answered: 1 },
  guesses: { guessed: 20, answered: 112 },
  dataset: { datasetId: 'lvbench', format: 'lvbench' },
  pricedBy: sampleSpec('r1'),
  spend: { settledUsd: 7.5, openUsd: 0.02, duplicateUsd: 0, openIntents: [openIntent] },
  categories: [
    { category: 'question_type', label: 'counting', correct: 3, answered: 9, items: 10 },
    { category: 'question_type', label: 'event\u0007', correct: 60, answered: 103, items: 110 },
  ],
  averages: [],
  judges: [],
  stepTimes: [
    {
      step: 'answer',
      items: 117,
      meanMs: 4100,
      longestMs: 61000,
      meanWaitedMs: 120,
      retriedItems: 6,
    },
  ],
};

describe('renderReport', () => {
  it('D11: shows each number with its denominator, its interval and its label', () => {
    expect(renderReport(report)).toMatchInlineSnapshot(`
      "demo-1a2b3c4d: imagined-keyframes, completed, 5 min 3 s (simulated)
      http://127.0.0.1:8233/namespaces/default/workflows/eval%2Fdemo-1a2b3c4d

      Items
        120 scheduled = 112 answered + 3 unparsed + 5 failed
        degraded: 4 of 120 searched with an unedited reference frame
        retried: 2 of 120, 1 of them answered now

      Accuracy (simulated)
        over                correct  accuracy  95 % interval by video
        scheduled         63 of 120    52.5 %        44.1 % to 60.9 %
        answered          63 of 112    56.3 %        47.5 % to 65.0 %
        without degraded  62 of 116    53.4 %        44.9 % to 62.0 %
        without retried   63 of 118    53.4 %        44.8 % to 62.0 %
        the simulated model guessed 20 of 112 answers

      Retrieval (simulated)
        78.0 %: 78 of 100 items with a gold span were shown a frame of it

      Failures
        timeout: 4 of 5 failed
        refused_input: 1 of 5 failed

      Spend (simulated)
        paid $7.50, list $7.75; 480 calls, 12 from the call store, 240 pictures, 120000 + 9000 tokens
        ledger: settled $7.50, of it duplicate $0.00; open at most $0.0200
        answer looker: no price, its spend is not counted
        calls without a settlement, possible duplicate spend: 1
          item q7, answer, drive 1, qwen-vl, sent 2026-01-01T00:00:00.000Z, at most $0.0200

      Accuracy by category, over ended items with gold (simulated)
        category                   correct  accuracy       of them
        question_type: counting    3 of 10    30.0 %    9 answered
        question_type: event     60 of 110    54.5 %  103 answered

      Time by step (simulated)
        step    items    mean  of it waiting  longest  items retried
        answer    117  4.10 s         0.12 s  61.00 s              6"
    `);
  });

  it('leaves out what there is nothing to say about', () => {
    const text = renderReport({
      ...report,
      summary: {
        ...sampleSummary,
        simulated: false,
        retrieval: null,
        failures: {},
        temporalUi: null,
        counts: { ...sampleSummary.counts, degraded: 0 },
      },
      accuracies: [],
      retried: { items: 0, answered: 0 },
      guesses: null,
      spend: { ...report.spend, openIntents: [] },
      categories: [],
      stepTimes: [],
    });

    expect(text).toMatchInlineSnapshot(`
      "demo-1a2b3c4d: imagined-keyframes, completed, 5 min 3 s

      Items
        120 scheduled = 112 answered + 3 unparsed + 5 failed

      Accuracy
        no multiple-choice question with a known answer

      Retrieval
        no gold spans or no frame times

      Spend
        paid $7.50, list $7.75; 480 calls, 12 from the call store, 240 pictures, 120000 + 9000 tokens
        ledger: settled $7.50, of it duplicate $0.00; open at most $0.0200
        answer looker: no price, its spend is not counted"
    `);
  });
});

import { describe, expect, it } from 'vitest';
import type { Row } from '../../domain/row.ts';
import type { CallRecord } from '../../domain/stores/call-store.ts';
import { createGuessFinder } from '../../results/read-reply.ts';
import { reportRun } from '../../results/report.ts';
import { artifactOf, failedRow, sampleRow, sampleRun } from './sample-run.ts';
import { sampleStores } from './sample-stores.ts';

const noSpend = { calls: 0, settledUsd: 0, openUsd: 0, duplicateUsd: 0, openIntents: [] };

const report = (
  rows: readonly Row[],
  options: {
    texts?: readonly string[];
    openIntents?: readonly CallRecord[];
    guesses?: boolean;
  } = {},
) => {
  const { texts = [], openIntents = [], guesses = false } = options;
  const stores = sampleStores({ rows, texts });
  const calls = { ledger: async () => ({ ...noSpend, openIntents }) };
  const isGuess = guesses ? createGuessFinder(stores.blobs, 'simulated guess') : null;
  return reportRun({ ...stores, calls }, sampleRun(), null, isGuess);
};

describe('reportRun', () => {
  it('D11: has the accuracy over scheduled first, then over parts of the items', async () => {
    const earlier = {
      drive: 1,
      outcome: 'unparsed' as const,
      answer: null,
      failure: null,
      finished_at: '2026-01-01T00:00:00.000Z',
    };
    const { accuracies } = await report([
      sampleRow('q1', 'B'),
      sampleRow('q2', 'B', { degraded: true }),
      sampleRow('q3', 'A', { previous_attempts: [earlier] }),
      failedRow('q4', 'timeout'),
    ]);

    expect(accuracies.map(({ over, correct, items }) => ({ over, correct, items }))).toEqual([
      { over: 'scheduled', correct: 2, items: 4 },
      { over: 'answered', correct: 2, items: 3 },
      { over: 'without degraded', correct: 1, items: 3 },
      { over: 'without retried', correct: 2, items: 3 },
    ]);
  });

  it('says how many items were retried, and how many of them are answered now', async () => {
    const earlier = {
      drive: 1,
      outcome: 'failed' as const,
      answer: null,
      failure: null,
      finished_at: '2030-01-01T00:00:01.000Z',
    };
    const rows = [
      { ...sampleRow('q1', 'B'), previous_attempts: [earlier] },
      { ...sampleRow('q2', null), previous_attempts: [earlier] },
      sampleRow('q3', 'B'),
    ];

    expect((await report(rows)).retried).toEqual({ items: 2, answered: 1 });
  });

  it('counts the answers that the simulated model says it guessed', async () => {
    const guess = 'a simulated guess: A';
    const rows = [
      sampleRow('q1', 'B'),
      sampleRow('q2', 'A', { reply_artifact: artifactOf(guess) }),
      sampleRow('q3', null),
    ];

    const { guesses } = await report(rows, { texts: ['reply B', guess], guesses: true });

    expect(guesses).toEqual({ guessed: 1, answered: 2 });
    expect((await report(rows)).guesses).toBeNull();
  });

  it('counts an item once under each of its labels', async () => {
    const { categories } = await report([
      sampleRow('q1', 'B', { categories: { type: ['counting', 'event'] } }),
      sampleRow('q2', 'A', { categories: { type: ['event'] } }),
      failedRow('q3', 'timeout', { categories: { type: ['event'] } }),
    ]);

    expect(categories).toEqual([
      { category: 'type', label: 'counting', correct: 1, answered: 1, items: 1 },
      { category: 'type', label: 'event', correct: 1, answered: 2, items: 3 },
    ]);
  });

  it('says where the time went, step by step', async () => {
    const step = {
      step: 'answer' as const,
      started_at: '2026-01-01T00:00:00.000Z',
      duration_ms: 1000,
      attempts: 1,
      waited_ms: 0,
    };
    const { stepTimes } = await report([
      sampleRow('q1', 'B', { steps: [step] }),
      sampleRow('q2', 'B', {
        steps: [{ ...step, duration_ms: 3000, attempts: 2, waited_ms: 500 }],
      }),
    ]);

    expect(stepTimes).toEqual([
      {
        step: 'answer',
        items: 2,
        meanMs: 2000,
        longestMs: 3000,
        meanWaitedMs: 250,
        retriedItems: 1,
      },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { renderItem } from '../../../cli/render/item-view.ts';
import type { CallRecord } from '../../../domain/stores/call-store.ts';
import { failedRow, sampleRow, shownAt, someUsage } from '../../results/sample-run.ts';

const call = {
  step: 'answer',
  part: 0,
  drive: 2,
  state: 'usable',
  failureClass: null,
  httpStatus: 200,
  startedAt: 1000,
  settledAt: 5500,
  priceUsd: 0.0021,
  isDuplicate: false,
} as CallRecord;

const row = sampleRow('q1', 'B', {
  planned: [
    { asked_frame_id: 7, used_frame_id: 8, prompt: 'a red circle' },
    { asked_frame_id: 9, used_frame_id: 9, prompt: 'a blue square' },
  ],
  generated: [{ artifact: 'ab'.repeat(32), source: 'generated', width: 64, height: 36 }],
  text_query: { text: 'Which shape appears?', truncated: true },
  retrieved: [{ video_id: 'v1', frame_id: 5, time_s: 5, score: 0.91234, rank: 1, query: 0 }],
  shown: [shownAt(5, 5), shownAt(null, 9)],
  usage: someUsage(0.0021),
  previous_attempts: [
    {
      drive: 1,
      outcome: 'failed',
      answer: null,
      failure: { class: 'timeout', step: 'answer', message: 'No reply in 180 s', attempts: 3 },
      finished_at: '2026-01-01T00:00:00.000Z',
    },
  ],
});

describe('renderItem', () => {
  it('shows question, frames, prompts, replies, attempts and cost', () => {
    const text = renderItem({
      simulated: true,
      row,
      hit: true,
      replies: [
        { drive: 1, step: 'plan', parseRule: 'fenced-json', text: null },
        { drive: 2, step: 'answer', parseRule: 'fenced-json', text: 'I see it.\n{"answer": "B"}' },
      ],
      judgements: [],
      calls: [call],
      temporalUi: null,
    });

    expect(text).toMatchInlineSnapshot(`
      "q1 of sample-1, sample 0, drive 1
      workflow eval/sample-1/i/q1

      Question
        Which shape appears?
        (A) circle
        (B) square
        video v1; gold B, seen at 4 s to 6 s

      Outcome (simulated)
        answered B, correct

      Planned pictures
        1. frame 8 (asked for 7), generated 64x36 abababababab: a red circle
        2. frame 9, no picture: a blue square

      Searched with
        the text "Which shape appears?" (longer than the model reads: its end was not used)

      Retrieved
        frame   time  cosine  rank  query
        5      5.0 s  0.9123     1      1

      Shown to the answer call: a frame of the gold span is among them
        5 (5.0 s), 9 (time unknown)

      Reply to plan, drive 1, parsed by fenced-json (simulated)
        no longer stored

      Reply to answer, drive 2, parsed by fenced-json (simulated)
        I see it.
        {"answer": "B"}

      Steps
        step                     started    took  waited  attempts
        answer  2026-01-01T00:00:00.000Z  2.00 s  0.00 s         1

      Calls (simulated)
        call      drive   state  failure  http    took    price
        answer 0      2  usable        -   200  4.50 s  $0.0021

      Spend (simulated)
        paid $0.0021, list $0.0021: 1 calls, 0 from the call store, 0 + 0 tokens, 0 pictures

      Earlier attempts
        drive 1, 2026-01-01T00:00:00.000Z: failed timeout: No reply in 180 s"
    `);
  });

  it('shows beside a step how its refused requests were changed', () => {
    const steps = row.steps.map((step) => ({ ...step, remedies: ['fewer-frames'] as const }));

    const text = renderItem({
      simulated: true,
      row: { ...row, steps },
      hit: null,
      replies: [],
      judgements: [],
      calls: [],
      temporalUi: null,
    });

    expect(text).toMatch(/answer .* 2\.00 s +0\.00 s +1 +fewer-frames$/m);
  });

  it('shows why an item failed, without what a provider put into its message for the terminal', () => {
    const failed = failedRow('q2', 'provider_error');
    const failure = { ...failed.failure!, message: 'HTTP 500 \u001b]0;owned\u0007\u001b[2Jbusy' };

    const text = renderItem({
      simulated: false,
      row: { ...failed, failure },
      hit: null,
      replies: [],
      judgements: [],
      calls: [],
      temporalUi: 'http://127.0.0.1:8233/x',
    });

    expect(text).toContain('provider_error in step answer after 3 attempts\n  HTTP 500 busy');
    expect(text).not.toContain('\u001b');
  });
});

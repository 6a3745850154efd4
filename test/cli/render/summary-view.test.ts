import { describe, expect, it } from 'vitest';
import { renderSummary } from '../../../cli/render/summary-view.ts';
import { sampleSummary } from './sample-summary.ts';

describe('renderSummary', () => {
  it('D11: says what every number was divided by, and that it is simulated', () => {
    expect(renderSummary(sampleSummary)).toMatchInlineSnapshot(`
      "demo-1a2b3c4d: imagined-keyframes, completed (simulated)
        items      120 scheduled = 112 answered + 3 unparsed + 5 failed
        accuracy   52.5 % over scheduled (63 of 120 with gold), 95 % interval 44.1 % to 60.9 % clustered by video (simulated)
                   56.3 % over answered (63 of 112) (simulated)
        retrieval  78.0 % of 100 items with a gold span were shown a frame of it (simulated)
        spend      paid $7.50, list $7.75; 480 calls, 12 from the call store, 240 pictures (simulated)
        time       5 min 3 s
        failures   timeout 4, refused_input 1
                   \`videoqa retry demo-1a2b3c4d\` takes them up again
        degraded   4 of 120 items searched with an unedited reference frame
        Temporal   http://127.0.0.1:8233/namespaces/default/workflows/eval%2Fdemo-1a2b3c4d"
    `);
  });

  it('says why a run stopped and leaves out what is not known', () => {
    const text = renderSummary({
      ...sampleSummary,
      simulated: false,
      state: 'stopped',
      stopReason: 'provider',
      accuracy: null,
      retrieval: null,
      failures: {},
      temporalUi: null,
      usage: { ...sampleSummary.usage, paid_usd: null, list_usd: null },
    });

    expect(text).toMatchInlineSnapshot(`
      "demo-1a2b3c4d: imagined-keyframes, stopped by provider
        items      120 scheduled = 112 answered + 3 unparsed + 5 failed
        accuracy   no multiple-choice question with a known answer
        retrieval  no gold spans or no frame times
        spend      paid -, list -; 480 calls, 12 from the call store, 240 pictures
        time       5 min 3 s
        degraded   4 of 120 items searched with an unedited reference frame"
    `);
  });

  it('says of judges what they were asked, over what, and what it cost', () => {
    const judged = { judged: 8, unparsed: 1, failed: 0, pending: 1, scheduled: 12 };
    const text = renderSummary({
      ...sampleSummary,
      judges: [
        {
          ...judged,
          judge: 'j@1a2b3c4d',
          contract: 'yes-no-score',
          dimension: null,
          yes: 6,
          accuracy: 0.75,
          overScheduled: 0.5,
          meanScore: 3.5,
        },
        {
          ...judged,
          judge: 'j@1a2b3c4d',
          contract: 'score',
          dimension: 'TU',
          yes: null,
          accuracy: null,
          overScheduled: null,
          meanScore: 2,
        },
      ],
      judgingUsage: { ...sampleSummary.usage, calls: 18, cached_calls: 2, paid_usd: 1.25 },
    });

    expect(text.split('\n').filter((line) => /^ {2}judg/.test(line))).toEqual([
      '  judged     50.0 % yes over scheduled (6 of 12), 75.0 % over judged (6 of 8), score 3.50 by j@1a2b3c4d: 8 judged, 1 unparsed, 0 failed, 1 not yet of 12 scheduled (simulated)',
      '  judged     TU score 2.00 by j@1a2b3c4d: 8 judged, 1 unparsed, 0 failed, 1 not yet of 12 scheduled (simulated)',
      '  judging    paid $1.25, list $7.75; 18 calls, 2 from the call store (simulated)',
    ]);
  });
});

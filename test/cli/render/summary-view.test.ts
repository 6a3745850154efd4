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
        accuracy   no gold answers
        retrieval  no gold spans or no frame times
        spend      paid -, list -; 480 calls, 12 from the call store, 240 pictures
        time       5 min 3 s
        degraded   4 of 120 items searched with an unedited reference frame"
    `);
  });
});

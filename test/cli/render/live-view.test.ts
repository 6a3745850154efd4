import { describe, expect, it } from 'vitest';
import { renderLine, renderLive } from '../../../cli/render/live-view.ts';
import type { Progress } from '../../../cli/render/progress.ts';
import { sampleSummary } from './sample-summary.ts';

const progress: Progress = {
  runId: 'demo-1a2b3c4d',
  strategy: 'imagined-keyframes',
  simulated: true,
  state: 'running',
  counts: {
    ...sampleSummary.counts,
    answered: 60,
    unparsed: 1,
    failed: 2,
    degraded: 1,
    running: 12,
    pending: 45,
  },
  failures: { timeout: 2 },
  unclassifiedCalls: 0,
  pauses: [],
  steps: [
    { step: 'plan', finished: 14, meanMs: 2100 },
    { step: 'embed-retrieve', finished: 12, meanMs: 80 },
  ],
  spentUsd: 0.1234,
  elapsedS: 190,
  remainingS: 171,
  temporalUi: 'http://127.0.0.1:8233/x',
};

describe('renderLive', () => {
  it('shows paused accounts and calls of an unknown kind', () => {
    const pause = { account: 'ark-1a2b', reason: 'out of order', since: 0, until: 0, probes: 1 };
    const shown = { ...progress, unclassifiedCalls: 3, pauses: [pause] };

    for (const text of [renderLive(shown, 100), renderLine(shown)]) {
      expect(text).toContain('failures: timeout 2; unclassified calls: 3');
      expect(text).toContain('ark-1a2b paused: out of order, next probe in 0 s');
    }
  });

  it('shows counts, step rates, failures, spend and the time left', () => {
    expect(renderLive(progress, 100)).toMatchInlineSnapshot(`
      "demo-1a2b3c4d  imagined-keyframes  running  [simulated]
      [#####################...................] 63 of 120 ended, 52.5 %
      answered 60, unparsed 1, failed 2, running 12, pending 45, degraded 1 of these
        plan            14/min  2.10 s each
        embed-retrieve  12/min  0.08 s each
      failures: timeout 2
      spent $0.1234 simulated; 3 min 10 s, about 2 min 51 s left
      http://127.0.0.1:8233/x"
    `);
  });

  it.each([10, 24, 40, 80, 200])('is never wider than a terminal of %i columns', (width) => {
    const lines = renderLive(progress, width).split('\n');

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  it('has colours only where they are wanted, and the same text', () => {
    const coloured = renderLive(progress, 80, true);

    expect(renderLive(progress, 80)).not.toContain('\u001b');
    expect(coloured).toContain('\u001b[31mfailures: timeout 2\u001b[39m');
    // oxlint-disable-next-line no-control-regex -- colours are what is looked for
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(renderLive(progress, 80));
  });

  it('draws a run without items', () => {
    const nothing = { ...progress.counts, scheduled: 0, answered: 0, unparsed: 0, failed: 0 };
    const counts = { ...nothing, running: 0, pending: 0, degraded: 0 };

    expect(renderLive({ ...progress, counts }, 80)).toContain('0 of 0 ended, -');
  });
});

describe('renderLine', () => {
  it('says the same in one line for a pipe', () => {
    expect(renderLine(progress)).toMatchInlineSnapshot(
      `"demo-1a2b3c4d [simulated]: 63 of 120 ended; answered 60, unparsed 1, failed 2, running 12, pending 45, degraded 1 of these; failures: timeout 2; spent $0.1234 simulated; 3 min 10 s, about 2 min 51 s left"`,
    );
  });
});

import type { RunSummary } from '../../../domain/summary.ts';

/** A finished simulated run with something of everything. */
export const sampleSummary: RunSummary = {
  schemaVersion: 1,
  runId: 'demo-1a2b3c4d',
  strategy: 'imagined-keyframes',
  simulated: true,
  state: 'completed',
  stopReason: null,
  counts: {
    scheduled: 120,
    answered: 112,
    unparsed: 3,
    failed: 5,
    skipped: 0,
    cancelled: 0,
    running: 0,
    pending: 0,
    degraded: 4,
  },
  failures: { timeout: 4, refused_input: 1 },
  unclassifiedCalls: 0,
  accuracy: {
    correct: 63,
    gold: 120,
    overScheduled: 0.525,
    overAnswered: 0.5625,
    ci95: [0.441, 0.609],
  },
  retrieval: { hitRate: 0.78, items: 100 },
  usage: {
    calls: 480,
    cached_calls: 12,
    prompt_tokens: 120000,
    completion_tokens: 9000,
    images: 240,
    paid_usd: 7.5,
    list_usd: 7.75,
  },
  elapsedS: 303,
  temporalUi: 'http://127.0.0.1:8233/namespaces/default/workflows/eval%2Fdemo-1a2b3c4d',
  outputDir: null,
};

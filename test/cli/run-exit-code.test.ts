import { expect, it } from 'vitest';
import { runExitCode } from '../../cli/run-exit-code.ts';
import type { RunCounts } from '../../domain/summary.ts';
import { sampleSpec } from '../adapters/database/sample-run.ts';
import { sampleSummary } from './render/sample-summary.ts';

const spec = sampleSpec('r1');
const counts: RunCounts = {
  scheduled: 10,
  answered: 10,
  unparsed: 0,
  failed: 0,
  skipped: 0,
  cancelled: 0,
  running: 0,
  pending: 0,
  degraded: 0,
};

it.each([
  ['everything is answered', 0, {}],
  ['too many failed', 4, { counts: { ...counts, answered: 9, failed: 1 } }],
  [
    'items have not ended, whatever failOn says',
    4,
    { counts: { ...counts, answered: 9, pending: 1 } },
  ],
  [
    'the run was cancelled with items left',
    130,
    { state: 'cancelled', counts: { ...counts, pending: 3 } },
  ],
  ['the budget stopped it', 5, { state: 'stopped', stopReason: 'budget' }],
  ['a provider stopped it', 6, { state: 'stopped', stopReason: 'provider' }],
  ['the root failed', 1, { state: 'failed' }],
] as const)('when %s, the code is %d', (_, code, ending) => {
  const summary = { ...sampleSummary, state: 'completed', counts, ...ending } as const;

  expect(runExitCode(summary, spec)).toBe(code);
});

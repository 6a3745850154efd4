import { expect, it } from 'vitest';
import { judgingExitCode } from '../../cli/judging-exit-code.ts';
import type { JudgeSummary } from '../../domain/summary.ts';
import { sampleSpec } from '../adapters/database/sample-run.ts';

const judge: JudgeSummary = {
  judge: 'j@1',
  contract: 'yes-no-score',
  dimension: null,
  judged: 20,
  unparsed: 0,
  failed: 0,
  pending: 0,
  scheduled: 20,
  yes: 10,
  accuracy: 0.5,
  overScheduled: 0.5,
  meanScore: 3,
};
const completed = { state: 'completed', stopReason: null } as const;

it.each([
  ['everything is judged', 0, completed, {}],
  ['nothing was to be judged', 0, completed, { judged: 0 }],
  ['nobody has judged yet', 0, null, {}],
  ['a reply could not be read', 0, completed, { unparsed: 20 }],
  ['few judgements failed', 0, completed, { failed: 1 }],
  ['too many judgements failed', 4, completed, { failed: 2 }],
  ['judgements are left', 4, completed, { pending: 1 }],
  ['the budget stopped it', 5, { state: 'stopped', stopReason: 'budget' }, { pending: 9 }],
  ['a provider stopped it', 6, { state: 'stopped', stopReason: 'provider' }, { pending: 9 }],
  ['it was ended', 130, { state: 'cancelled', stopReason: null }, { pending: 9 }],
  ['it failed', 1, { state: 'failed', stopReason: null }, { pending: 9 }],
] as const)('when %s, the code is %d', (_, code, judging, counts) => {
  expect(judgingExitCode(judging, [{ ...judge, ...counts }], sampleSpec('r1'))).toBe(code);
});

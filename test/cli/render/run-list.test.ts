import { expect, it } from 'vitest';
import { type ListedRun, renderRunList } from '../../../cli/render/run-list.ts';
import { sampleSummary } from './sample-summary.ts';

const run: ListedRun = {
  ...sampleSummary,
  name: 'demo',
  drive: 1,
  driveIsOpen: true,
  state: 'running',
  counts: { ...sampleSummary.counts, scheduled: 120, answered: 50, pending: 60, running: 2 },
  spentUsd: 1.5,
  createdAt: '2026-11-21T16:00:00.000Z',
  ageS: 3700,
};

it('a run takes one line: state, how far, spend labelled where simulated, age', () => {
  const lines = renderRunList([run], 1).split('\n');

  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(
    /^demo-1a2b3c4d +running +58 of 120 +48\.3 % +50 +5 +\$1\.50 simulated +1 h 1 min$/,
  );
});

it('a capped list says how many there are', () => {
  expect(renderRunList([run], 7)).toContain('1 of 7 runs');
  expect(renderRunList([], 0)).toContain('No runs yet');
});

import { expect, it } from 'vitest';
import { renderChanges } from '../../../cli/render/changes-view.ts';

const change = {
  changedAt: Date.UTC(2026, 10, 21, 16, 40),
  setting: 'run.budgetUsd',
  before: null,
  after: 20,
  reason: 'approved \u001b[31mby all',
};

it('a change says when, what, from what to what, and why; nothing of it moves the terminal', () => {
  expect(renderChanges([change])).toBe(
    '\nChanged settings\n  2026-11-21 16:40:00Z  run.budgetUsd: none -> 20 (approved by all)',
  );
  expect(renderChanges([{ ...change, reason: null }])).toContain('(given again)');
  expect(renderChanges([])).toBe('');
});

it('only the newest of many are shown, and the others counted', () => {
  const many = Array.from({ length: 25 }, (_, after) => ({ ...change, after }));

  expect(renderChanges(many)).toContain('Changed settings, and 5 earlier ones');
  expect(renderChanges(many)).toContain('-> 24 (');
  expect(renderChanges(many)).not.toContain('-> 4 (');
});

import { expect, it, vi } from 'vitest';
import { watchBudget } from '../../cli/budget-notes.ts';
import type { CallStore, Spending } from '../../domain/stores/call-store.ts';

const spending = {
  account: 'openrouter',
  capUsd: 10,
  warnedAt: null,
  counted: { settledUsd: 8, openUsd: 0 },
} as unknown as Spending;

function notesOf(answers: readonly Spending[][]): Promise<string[]> {
  const written: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  let asked = 0;
  const calls: Pick<CallStore, 'spending'> = { spending: async () => answers[asked++] ?? [] };
  const budget = watchBudget(calls, 'mine-1');
  return answers
    .reduce((before) => before.then(() => budget.look()), Promise.resolve())
    .then(() => written)
    .finally(() => write.mockRestore());
}

it('warns once that most of an account is spent, also when another run spent it', async () => {
  const less = { ...spending, counted: { ...spending.counted, settledUsd: 7.99 } };

  const notes = await notesOf([[less], [spending], [spending]]);

  expect(notes).toEqual([
    'warning: mine-1: spent 80.0 % of $10.00, the budget of account openrouter over all runs\n',
  ]);
});

it('warns of each cap that a person raised it to', async () => {
  const raised = { ...spending, capUsd: 20, counted: { ...spending.counted, settledUsd: 16 } };

  expect(await notesOf([[spending], [{ ...raised, warnedAt: null }]])).toHaveLength(2);
});

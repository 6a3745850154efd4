import { describe, expect, it } from 'vitest';
import type { JudgeContract } from '../../../domain/judging/judge-contract.ts';
import { createDueFinder, unfitContracts } from '../../../domain/judging/due-judgements.ts';
import type { Row } from '../../../domain/row.ts';
import { judgingSpec } from '../../support/judging.ts';
import { sampleRow } from '../../adapters/database/sample-run.ts';
import { sampleItem } from '../../results/sample-run.ts';

const open = { options: [], gold: 'a red box', answer: 'a box' };
const row = (itemId: string, changes: Partial<Row> = {}) =>
  sampleRow(itemId, 1, 'answered', { ...open, ...changes });

function dueOf(contracts: JudgeContract[], rows: readonly Row[]) {
  const find = createDueFinder(judgingSpec({ contracts }));
  return rows.flatMap(find);
}

describe('createDueFinder', () => {
  it('asks for one verdict for each answer', () => {
    expect(dueOf(['yes-no-score'], [row('q0'), row('q1')])).toMatchObject([
      { itemId: 'q0', contract: 'yes-no-score', dimension: null, partnerId: null, drive: 1 },
      { itemId: 'q1' },
    ]);
  });

  it.each([
    ['failed', sampleRow('q', 1, 'failed', { options: [], gold: 'g' })],
    ['unparsed', sampleRow('q', 1, 'unparsed', { options: [], gold: 'g' })],
    ['skipped', sampleRow('q', 1, 'skipped', { options: [], gold: 'g' })],
    ['answered without a known answer', row('q', { gold: null })],
    ['answered with a blank known answer', row('q', { gold: ' ' })],
    ['multiple-choice', row('q', { options: [{ letter: 'A', text: 'x' }], gold: 'A' })],
  ])('asks for none of an item that is %s', (_, unjudgeable) => {
    expect(dueOf(['yes-no-score', 'score', 'consistency'], [unjudgeable])).toEqual([]);
  });

  it('asks for a score for each known label of the category `dimension`', () => {
    const generic = row('q0', { categories: { dimension: ['CU', 'CI', 'DO', 'CO', 'odd'] } });

    expect(dueOf(['score'], [generic, row('q1')]).map(({ dimension }) => dimension)).toEqual([
      'CI',
      'DO',
      'CU',
    ]);
  });

  it('joins a pair by its label, in file order, once both are answered', () => {
    const pair = (label: string, drive = 1) => ({ categories: { pair: [label] }, drive });

    const due = dueOf(
      ['consistency'],
      [
        row('a/1', pair('a')),
        row('b/1', pair('b')),
        row('a/2', pair('a', 3)),
        sampleRow('b/2', 1, 'failed', { ...open, ...pair('b') }),
        row('c'),
      ],
    );

    expect(due).toMatchObject([
      { itemId: 'a/1', partnerId: 'a/2', contract: 'consistency', dimension: 'CO', drive: 3 },
    ]);
  });

  it('asks every judge', () => {
    const find = createDueFinder(judgingSpec({ judges: ['one@1', 'two@2'] }));

    expect(find(row('q0')).map(({ judge }) => judge)).toEqual(['one@1', 'two@2']);
  });
});

describe('unfitContracts', () => {
  const openItem = (categories = {}) => sampleItem('q', { options: [], gold: 'g', categories });

  it('finds nothing wrong where each contract has something to judge', () => {
    const items = [
      openItem({ dimension: ['TU'] }),
      openItem({ pair: ['x'] }),
      sampleItem('multiple choice'),
    ];
    const contracts = ['yes-no-score', 'score', 'consistency'] as const;

    expect(unfitContracts({ contracts }, items)).toEqual([]);
  });

  it('names the contract that no item fits, and what it would need', () => {
    expect(unfitContracts({ contracts: ['score', 'consistency'] }, [openItem()])).toEqual([
      expect.stringMatching(/^judge\.contract score .*`dimension`/),
      expect.stringMatching(/^judge\.contract consistency .*`pair`/),
    ]);
  });

  it('says so where nothing is open-ended', () => {
    expect(unfitContracts({ contracts: ['yes-no-score'] }, [sampleItem('q')])).toEqual([
      expect.stringContaining('nothing to judge'),
    ]);
  });
});

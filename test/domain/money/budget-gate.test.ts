import { describe, expect, it } from 'vitest';
import {
  estimateItem,
  judgeCall,
  judgeItem,
  type SpendState,
} from '../../../domain/money/budget-gate.ts';

const state = (changes: Partial<SpendState> = {}): SpendState => ({
  capNano: 1000,
  settledNano: 0,
  openNano: 0,
  liveNano: 0,
  heldNano: 0,
  ...changes,
});

describe('the budget gate', () => {
  it('admits an item up to the last nano-dollar of the cap, and none beyond it', () => {
    const spent = state({ settledNano: 600, openNano: 200, heldNano: 100 });

    expect(judgeItem(spent, 100)).toBe('fits');
    expect(judgeItem(spent, 101)).not.toBe('fits');
  });

  it('puts an item off while reservations may be given back, and refuses it when none can', () => {
    expect(judgeItem(state({ settledNano: 500, openNano: 400, liveNano: 400 }), 200)).toBe('later');
    expect(judgeItem(state({ settledNano: 500, heldNano: 400 }), 200)).toBe('later');
    expect(judgeItem(state({ settledNano: 500, openNano: 400 }), 200)).toBe('never');
    expect(judgeItem(state({ settledNano: 900, openNano: 90, liveNano: 90 }), 200)).toBe('never');
    expect(judgeItem(state(), 1001)).toBe('never');
  });

  it('lets an admitted item make its next call although others hold the rest', () => {
    const held = state({ settledNano: 500, heldNano: 500 });

    expect(judgeCall(held, 500)).toBe('fits');
    expect(judgeCall(held, 501)).toBe('never');
    expect(judgeCall(state({ settledNano: 500, openNano: 300, liveNano: 300 }), 400)).toBe('later');
  });

  it('estimates by maxima at first, by the mean and one call at its maximum from five items on', () => {
    const most = { itemNano: 1000, callNano: 150 };

    expect(estimateItem(most, { items: 4, nano: 40 })).toBe(1000);
    expect(estimateItem(most, { items: 5, nano: 50 })).toBe(160);
    expect(estimateItem(most, { items: 10, nano: 99_999 })).toBe(1000);
  });
});

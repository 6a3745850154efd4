import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../../domain/stores/call-store.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { showItem } from '../../results/show-item.ts';
import { answerRecord, planRecord, sampleRow, sampleRun } from './sample-run.ts';
import { sampleStores } from './sample-stores.ts';

const row = sampleRow('q1', 'B');
const ui = { url: 'http://127.0.0.1:8233', namespace: 'default' };

const sources = (texts: readonly string[]) => ({
  blobs: sampleStores({ rows: [], texts }).blobs,
  runs: {
    row: async (_: string, itemId: string) => (itemId === 'q1' ? row : null),
  },
  steps: {
    ofItem: async () => [
      planRecord(['a circle']),
      answerRecord(null),
      answerRecord('B', { drive: 2 }),
    ],
  },
  calls: {
    ofStep: async ({ drive, step }: { drive: number; step: string }) => [
      { startedAt: step === 'plan' ? 1 : drive * 10, step } as CallRecord,
    ],
  },
});

describe('showItem', () => {
  it('shows the replies of every drive and every call, oldest first', async () => {
    const texts = ['a circle', 'reply null', 'reply B'];

    const detail = await showItem(sources(texts), sampleRun(), { itemId: 'q1', sample: 0 }, ui);

    expect(detail.replies.map(({ drive, step, text }) => [drive, step, text])).toEqual([
      [1, 'plan', 'a circle'],
      [1, 'answer', 'reply null'],
      [2, 'answer', 'reply B'],
    ]);
    expect(detail.calls.map(({ startedAt }) => startedAt)).toEqual([1, 10, 20]);
    expect(detail).toMatchObject({ hit: true, simulated: true, row: { answer: 'B' } });
    expect(detail.temporalUi).toBe(
      'http://127.0.0.1:8233/namespaces/default/workflows/eval%2Fsample-1%2Fi%2Fq1/w1',
    );
  });

  it('says which replies are no longer stored', async () => {
    const detail = await showItem(sources([]), sampleRun(), { itemId: 'q1', sample: 0 }, null);

    expect(detail.replies.map(({ text }) => text)).toEqual([null, null, null]);
  });

  it('refuses an item without a result', async () => {
    const shown = showItem(sources([]), sampleRun(), { itemId: 'q9', sample: 0 }, null);

    await expect(shown).rejects.toThrow(UsageError);
  });
});

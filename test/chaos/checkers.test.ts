import { describe, expect, it } from 'vitest';
import type { Row } from '../../domain/row.ts';
import type { BillEntry } from '../../simulator/server/bill.ts';
import { requestIdOf, type RunState } from '../support/e2e-state.ts';
import { checkMoney } from './check-money.ts';
import { checkRows } from './check-rows.ts';
import type { StoredCall } from './stored-state.ts';

type World = {
  readonly state: RunState;
  readonly calls: readonly StoredCall[];
  readonly entries: readonly BillEntry[];
  /** Names of the requests that were open at the one kill. */
  readonly inFlight: readonly string[];
};

const request = (callKey: string, n = 1) => requestIdOf({ callKey, n });
const call = (callKey: string, changes: Partial<StoredCall> = {}, n = 1): StoredCall => ({
  callKey,
  requestId: request(callKey, n),
  state: 'usable',
  isDuplicate: false,
  isSettled: true,
  ...changes,
});
const entry = (callKey: string, n = 1): BillEntry => ({
  n: 1,
  at: '2026-01-01T00:00:00.000Z',
  endpoint: '/v1/chat/completions',
  kind: 'chat',
  model: 'looker',
  requestHash: callKey,
  clientRequestId: request(callKey, n),
  arrival: n,
  fault: null,
  status: 200,
  billed: true,
  promptTokens: 1,
  completionTokens: 1,
  images: 0,
  costUsd: 1,
});
const row = (item: string, changes: Partial<Row> = {}) =>
  ({
    item_id: item,
    sample: 0,
    outcome: 'answered',
    correct: true,
    failure: null,
    ...changes,
  }) as Row;
const failure = { class: 'timeout', step: 'answer', message: 'late', attempts: 3 } as const;

/** Two items: one answered, one failed. A third call was under way at the kill, and was made again. */
const good: World = {
  state: {
    run: { driveIsOpen: false, state: 'completed' },
    counts: {
      scheduled: 2,
      answered: 1,
      unparsed: 0,
      failed: 1,
      skipped: 0,
      cancelled: 0,
      running: 0,
      pending: 0,
      degraded: 0,
    },
    rows: [row('a'), row('b', { outcome: 'failed', correct: null, failure })],
    ledger: { settledUsd: 2, openUsd: 1, openIntents: [] },
  } as unknown as RunState,
  calls: [call('a', { state: 'open', isSettled: false }), call('a', {}, 2), call('b')],
  entries: [entry('a'), entry('a', 2), entry('b')],
  inFlight: [request('a')],
};

const violationsOf = ({ state, calls, entries, inFlight }: World): string[] =>
  [...checkRows(state, 'completed'), ...checkMoney(state, calls, entries, [inFlight])].map(
    ({ invariant }) => invariant,
  );
const withState = (changes: Partial<RunState>): World => ({
  ...good,
  state: { ...good.state, ...changes },
});
const withRows = (...rows: readonly Row[]) => withState({ rows });
const [answered, failed] = good.state.rows as [Row, Row];

describe('the checkers of the chaos suite', () => {
  it('find nothing in a good world', () => {
    expect(violationsOf(good)).toEqual([]);
  });

  const { counts, run, ledger } = good.state;
  it.each<readonly [string, World]>([
    ['no item is lost', withRows(answered)],
    ['one row an item', withRows(answered, answered)],
    ['only answered items are scored', withRows(answered, { ...failed, correct: false })],
    ['a failed item says why, and no other does', withRows(answered, { ...failed, failure: null })],
    ['counts are those of the rows', withRows(answered, row('b'))],
    ['counts add up to the scheduled items', withState({ counts: { ...counts, scheduled: 3 } })],
    ['the drive is closed', withState({ run: { ...run, driveIsOpen: true } })],
    ['the run is completed', withState({ run: { ...run, state: 'running' } })],
    ['settled <= bill <= settled + open', withState({ ledger: { ...ledger, settledUsd: 4 } })],
    [
      'settled <= bill <= settled + open',
      { ...good, entries: [...good.entries, entry('a', 3), entry('a', 4)] },
    ],
    ['every billed request is in the ledger', { ...good, entries: [...good.entries, entry('c')] }],
    ['no request leaves twice', { ...good, entries: [...good.entries, entry('b')] }],
    [
      'a usable reply was billed under the name it was sent with',
      { ...good, entries: good.entries.slice(0, 2) },
    ],
    ['one reply counts for a call', { ...good, calls: [...good.calls, call('b', {}, 2)] }],
    ['what is open was in flight at a kill', { ...good, inFlight: [] }],
    [
      'what was paid twice was in flight at a kill',
      { ...good, calls: [...good.calls, call('b', { isDuplicate: true }, 2)] },
    ],
  ])('see when it does not hold that %s', (invariant, world) => {
    expect(violationsOf(world)).toContain(invariant);
  });
});

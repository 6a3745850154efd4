import { describe, expect, it } from 'vitest';
import {
  type AccountHealth,
  noteCall,
  unseenHealth,
} from '../../../domain/limits/account-health.ts';
import type { PauseRule } from '../../../domain/errors/error-row.ts';
import { stopsRun } from '../../../domain/errors/stop-rule.ts';

const minuteMs = 60_000;

type End = PauseRule['when'] | 'ok' | 'other';
const rules: Readonly<Record<PauseRule['when'], PauseRule>> = {
  'at-once': { when: 'at-once' },
  'most-fail': { when: 'most-fail' },
  'in-a-row': { when: 'in-a-row', items: 3 },
  unchanged: { when: 'unchanged', forMs: 15 * minuteMs },
  share: { when: 'share', above: 0.01 },
};

/** The place of the first end after which the account is paused, or null. */
function pausedAfter(
  ends: readonly End[],
  { itemOf = (at: number) => `i${at}`, everyMs = 1000 } = {},
): number | null {
  let health: AccountHealth = unseenHealth;
  for (const [at, end] of ends.entries()) {
    const rule = end === 'ok' || end === 'other' ? undefined : rules[end];
    const failure = end === 'ok' ? null : { ...(rule !== undefined && { pause: rule }) };
    const noted = noteCall(health, { failure, itemId: itemOf(at), now: at * everyMs });
    if (noted.pause !== null) return at;
    health = noted.health;
  }
  return null;
}
const times = <Kind extends End>(count: number, end: Kind): Kind[] =>
  Array.from({ length: count }, () => end);

describe('when an account is paused', () => {
  it('at once for what no call can pass', () => {
    expect(pausedAfter(['ok', 'at-once'])).toBe(1);
  });

  it('when more than half of its last 20 calls failed as an outage does', () => {
    const half = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? 'ok' : 'most-fail') as End);

    expect(pausedAfter(half)).toBeNull();
    expect(pausedAfter([...half, 'most-fail'])).toBe(40);
    expect(pausedAfter(times(19, 'most-fail'))).toBeNull();
    expect(pausedAfter(times(20, 'most-fail'))).toBe(19);
    expect(pausedAfter(times(40, 'other'))).toBeNull();
  });

  it('when three items in a row got no envelope, not when one got it three times', () => {
    expect(pausedAfter(times(3, 'in-a-row'))).toBe(2);
    expect(pausedAfter(times(9, 'in-a-row'), { itemOf: () => 'same' })).toBeNull();
    expect(pausedAfter(['in-a-row', 'in-a-row', 'ok', 'in-a-row', 'in-a-row'])).toBeNull();
  });

  it('when a throttle has not changed for a quarter of an hour', () => {
    const throttled = times(16, 'unchanged');

    expect(pausedAfter(throttled, { everyMs: minuteMs })).toBe(15);
    expect(
      pausedAfter([...times(10, 'unchanged'), 'ok', ...times(10, 'unchanged')], {
        everyMs: minuteMs,
      }),
    ).toBeNull();
  });

  it('when more than one call of a hundred fits no row', () => {
    expect(pausedAfter(['share', ...times(120, 'ok')])).toBeNull();
    expect(pausedAfter([...times(99, 'ok'), 'share', 'share'])).toBe(100);
    expect(pausedAfter([...times(5000, 'ok'), ...times(4, 'share')])).toBeNull();
  });
});

describe('when a failure is the whole run’s', () => {
  const refused = { class: 'auth', stopsWhen: 'every-call' } as const;
  const wrong = { class: 'invalid_request', stopsWhen: 'early-calls' } as const;
  const unreachable = { class: 'connection', stopsWhen: 'first-call' } as const;

  it('a refusal that meets every one of the last calls, and not one that meets an item', () => {
    expect(stopsRun(refused, [])).toBe(true);
    expect(stopsRun(refused, ['auth', 'auth'])).toBe(true);
    expect(stopsRun(refused, ['auth', null])).toBe(false);
  });

  it('a wrong parameter while all of the first calls met it', () => {
    expect(stopsRun(wrong, [])).toBe(false);
    expect(stopsRun(wrong, times5('invalid_request').slice(1))).toBe(true);
    expect(stopsRun(wrong, [null, ...times5('invalid_request')])).toBe(false);
    expect(
      stopsRun(
        wrong,
        Array.from({ length: 20 }, () => 'invalid_request' as const),
      ),
    ).toBe(false);
  });

  it('an address that nobody has reached yet', () => {
    expect(stopsRun(unreachable, [])).toBe(true);
    expect(stopsRun(unreachable, ['connection'])).toBe(true);
    expect(stopsRun(unreachable, [null])).toBe(false);
  });

  it('nothing else', () => {
    expect(stopsRun({ class: 'timeout' }, [])).toBe(false);
  });
});

function times5<Name extends string>(name: Name): Name[] {
  return Array.from({ length: 5 }, () => name);
}

import { beforeAll, describe, expect, it } from 'vitest';
import { e2eObstacle } from '../support/e2e-cli.ts';
import {
  compareAnswers,
  faultRun,
  transientClasses,
  type FaultRun,
  type Stage,
} from './fault-run.ts';

const items = 30;

// At full size: npm run chaos -- faults
describe.skipIf(e2eObstacle !== null)('a provider that misbehaves in 30 % of its replies', () => {
  let clean: Stage;
  let run: FaultRun;

  beforeAll(async () => {
    clean = (await faultRun({ items, rate: 0, kinds: [], heal: false })).faulty;
    run = await faultRun({
      items,
      rate: 0.3,
      kinds: ['rate_limit', 'server_error', 'hang', 'malformed', 'content_filter', 'bad_request'],
      heal: true,
    });
  }, 480_000);

  it('leaves a run that ends by itself, one row an item, failures as failures (B15, D5)', () => {
    const { counts, failures, state } = run.faulty.summary;

    expect(state).toBe('completed');
    expect(run.faulty.exitCode).toBe(4);
    expect(run.faulty.state.rows).toHaveLength(items);
    expect(counts.answered + counts.unparsed + counts.failed).toBe(items);
    expect(Object.values(failures).reduce((sum, count) => sum + count, 0)).toBe(counts.failed);
    expect(Object.keys(failures)).toEqual(
      expect.arrayContaining(['refused_input', 'invalid_request']),
    );
  });

  it('changes no answer of an item that was answered without a fallback', () => {
    const { compared, different } = compareAnswers(clean.state.rows, run.faulty.state.rows);

    expect(compared).toBeGreaterThan(0);
    expect(different).toEqual([]);
  });

  it('is healed by retry of the transient classes, merged into the same run (D10)', () => {
    const { faulty, healed, retried } = run;
    expect(retried.length).toBeGreaterThan(0);
    const before = new Map(faulty.state.rows.map((row) => [row.item_id, row]));
    const again = healed!.state.rows.filter(({ item_id }) =>
      transientClasses.includes(before.get(item_id)?.failure?.class ?? ''),
    );

    expect(healed!.summary.runId).toBe(faulty.summary.runId);
    expect(healed!.state.rows).toHaveLength(items);
    expect(Object.keys(healed!.summary.failures).filter((name) => retried.includes(name))).toEqual(
      [],
    );
    for (const row of again) expect(row.previous_attempts).toHaveLength(1);
    const rest = healed!.state.rows.filter((row) => !again.includes(row));
    for (const row of rest) expect(row).toEqual(before.get(row.item_id));
  });

  it('keeps the bill between what is settled and what is settled or open', () => {
    for (const { state, bill } of [clean, run.faulty, run.healed!]) {
      expect(bill.costUsd).toBeGreaterThan(state.ledger.settledUsd - 1e-8);
      expect(bill.costUsd).toBeLessThan(state.ledger.settledUsd + state.ledger.openUsd + 1e-8);
    }
  });

  it('leaves ledger, usage and bill equal where every call ended with a figure', async () => {
    const { faulty: told } = await faultRun({
      items: 15,
      rate: 0.3,
      kinds: ['rate_limit', 'server_error', 'content_filter', 'bad_request'],
      heal: false,
    });

    for (const { state, bill, summary } of [clean, told]) {
      expect(state.ledger.openIntents).toEqual([]);
      expect(state.ledger.settledUsd).toBeCloseTo(bill.costUsd, 8);
      expect(summary.usage.paid_usd).toBeCloseTo(bill.costUsd, 8);
      expect(summary.usage).toMatchObject({
        prompt_tokens: bill.promptTokens,
        completion_tokens: bill.completionTokens,
        // A picture that two items ask for is paid for once and used twice.
        images: bill.images + summary.usage.cached_calls,
      });
    }
  }, 240_000);
});

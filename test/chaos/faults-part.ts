import { compareAnswers, faultRun, type Stage } from '../e2e/fault-run.ts';
import type { Finding, PartOptions } from './part.ts';
import { violated } from './violation.ts';

const kinds = [
  'rate_limit',
  'server_error',
  'hang',
  'malformed',
  'content_filter',
  'bad_request',
] as const;

/** A provider that misbehaves, beside one that does not; then a retry of what can heal. */
export async function* faultsPart({ items, faultRate }: PartOptions): AsyncGenerator<Finding> {
  const { faulty: clean } = await faultRun({ items, rate: 0, kinds: [], heal: false });
  const { faulty, healed } = await faultRun({ items, rate: faultRate, kinds, heal: true });
  for (const [name, stage] of [
    ['with faults', faulty],
    ['healed', healed],
  ] as const) {
    if (stage === null) continue;
    const { compared, different } = compareAnswers(clean.state.rows, stage.state.rows);
    yield {
      name,
      figures: figuresOf(stage, compared),
      violations: [
        ...violated('no answer changes that needed no fallback', different),
        ...violated('one row an item', stage.state.rows.length === items ? [] : ['rows differ']),
      ],
    };
  }
}

function figuresOf({ exitCode, summary, state, bill }: Stage, compared: number) {
  const { counts, failures, elapsedS } = summary;
  const { settledUsd, openUsd } = state.ledger;
  return { exitCode, counts, failures, elapsedS, settledUsd, openUsd, bill, compared };
}

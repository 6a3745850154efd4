import { parseArgs } from 'node:util';
import type { FaultKind } from '../../simulator/server/provider-settings.ts';
import { compareAnswers, faultRun, type Stage } from './fault-run.ts';

// The fault tests at full size, by hand:
//   npm run build && npx tsx test/e2e/fault-drill.ts --items 200 --rate 0.3
const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '200' },
    rate: { type: 'string', default: '0.3' },
    faults: {
      type: 'string',
      default: 'rate_limit,server_error,hang,malformed,content_filter,bad_request',
    },
  },
});

const items = Number(values.items);
const kinds = values.faults.split(',') as FaultKind[];
const { faulty: clean } = await faultRun({ items, rate: 0, kinds: [], heal: false });
const { faulty, healed, retried } = await faultRun({
  items,
  rate: Number(values.rate),
  kinds,
  heal: true,
});

const describe = ({ exitCode, summary, state, bill }: Stage) => ({
  exitCode,
  counts: summary.counts,
  failures: summary.failures,
  accuracy: summary.accuracy,
  usage: summary.usage,
  elapsedS: summary.elapsedS,
  settledUsd: state.ledger.settledUsd,
  openUsd: state.ledger.openUsd,
  openIntents: state.ledger.openIntents.length,
  bill,
});
const report = {
  clean: describe(clean),
  faulty: { ...describe(faulty), answers: compareAnswers(clean.state.rows, faulty.state.rows) },
  retried,
  healed: healed && {
    ...describe(healed),
    answers: compareAnswers(clean.state.rows, healed.state.rows),
    replacedRows: healed.state.rows.filter(({ previous_attempts: before }) => before.length > 0)
      .length,
  },
};
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);

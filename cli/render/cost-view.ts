import type { DoubtfulCall, RunCost } from '../../results/cost.ts';
import { dollars, percent, table } from './numbers.ts';
import { plainText } from '../../domain/text/plain-text.ts';

/** Most calls listed one by one; `--json` has them all. */
const listedCalls = 50;

/** What a run's money went to: by step and model, by account, and the calls that are in doubt. */
export function renderCost(cost: RunCost): string {
  const { runId, total, listUsd, accounts, lines, doubtful } = cost;
  return [
    `${runId}: paid ${dollars(total.settledUsd)}, list ${dollars(listUsd)}, ` +
      `open at most ${dollars(total.openUsd)}${ofCap(total.capUsd, total.settledUsd)}`,
    ...(lines.length === 0 ? [] : ['', ...lineTable(lines)]),
    ...(accounts.length === 0
      ? []
      : [
          '',
          ...accounts.map(
            ({ account, settledUsd, openUsd, counted, capUsd }) =>
              `account ${account}: settled ${dollars(settledUsd)}, open at most ` +
              `${dollars(openUsd)}; all runs: ${dollars(counted.settledUsd)}, ` +
              `${dollars(counted.openUsd)}${ofCap(capUsd, counted.settledUsd)}`,
          ),
        ]),
    ...doubtfulLines(doubtful),
  ].join('\n');
}

/** What every run has spent, a line each. */
export function renderCosts(
  runs: readonly {
    readonly runId: string;
    readonly state: string;
    readonly settledUsd: number;
    readonly openUsd: number;
    readonly capUsd: number | null;
  }[],
): string {
  if (runs.length === 0) return 'No runs yet.';
  const rows = runs.map(({ runId, state, settledUsd, openUsd, capUsd }) => [
    runId,
    state,
    dollars(settledUsd),
    dollars(openUsd),
    dollars(capUsd),
  ]);
  return table([['run', 'state', 'settled', 'open at most', 'budget'], ...rows]);
}

function ofCap(capUsd: number | null, settledUsd: number): string {
  return capUsd === null ? '' : `; ${percent(settledUsd / capUsd)} of ${dollars(capUsd)}`;
}

function lineTable(lines: RunCost['lines']): string[] {
  const titles = [
    'step',
    'model',
    'calls',
    'paid',
    'list',
    'failed',
    'their cost',
    'duplicate',
    'open',
  ];
  const rows = lines.map((line) => [
    line.step,
    plainText(line.model),
    String(line.calls),
    dollars(line.paidUsd),
    dollars(line.listUsd),
    String(line.failedCalls),
    dollars(line.failedUsd),
    dollars(line.duplicateUsd),
    line.openCalls === 0 ? '-' : `${line.openCalls}, ${dollars(line.openUsd)}`,
  ]);
  return table([titles, ...rows]).split('\n');
}

const explained: Readonly<Record<DoubtfulCall['kind'], string>> = {
  duplicate: 'paid twice: a second answer to a request that had one',
  possible: 'possible duplicate spend: sent, and not known to have been billed',
  unpriced: 'answered without the figures for a price; counted at the maximum',
  'in flight': 'in flight',
};

function doubtfulLines(calls: readonly DoubtfulCall[]): string[] {
  return (Object.keys(explained) as DoubtfulCall['kind'][]).flatMap((kind) => {
    const ofKind = calls.filter((call) => call.kind === kind);
    if (ofKind.length === 0) return [];
    const more = ofKind.length - listedCalls;
    return [
      '',
      `${explained[kind]}: ${ofKind.length}`,
      ...ofKind.slice(0, listedCalls).map(callLine),
      ...(more > 0 ? [`  and ${more} more; --json lists all`] : []),
    ];
  });
}

function callLine(call: DoubtfulCall): string {
  const part = call.part === 0 ? '' : ` ${call.part}`;
  return plainText(
    `  item ${call.itemId}, ${call.step}${part}, drive ${call.drive}, ${call.model}, sent ${call.sentAt} ` +
      `by process ${call.processId}, ${dollars(call.usd)}, request ${call.callKey.slice(0, 12)}...-${call.n}` +
      (call.failureClass === null ? '' : `, ${call.failureClass}`),
  );
}

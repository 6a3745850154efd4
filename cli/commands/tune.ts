import { nearestName } from '../../domain/text/nearest-name.ts';
import {
  type AccountLimit,
  identityRefusal,
  tuneRun,
  type Tuning,
} from '../../domain/config/tune-run.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printData, printJson, printNote } from '../output.ts';
import { describeChange } from '../render/changes-view.ts';
import { openReadingSession } from '../session.ts';
import { toldLater, writeAndTell } from '../tell-run.ts';

export type TuneOptions = {
  readonly itemsInFlight?: string;
  readonly budgetUsd?: string;
  readonly concurrency?: readonly string[];
  readonly requestsPerMinute?: readonly string[];
  readonly tokensPerMinute?: readonly string[];
  readonly accountBudgetUsd?: readonly string[];
  readonly reason: string;
  readonly json?: boolean;
};

/** `tune`: other limits for a run, also while it is at work; each change is kept with its reason. */
export async function tune(
  [runId = '', ...others]: readonly string[],
  options: TuneOptions,
): Promise<ExitCode> {
  const session = await openReadingSession();
  try {
    const { runs } = session.stores;
    const { spec } = await findRun(runs, runId);
    if (others.length > 0) throw refusal(others, (key, value) => identityRefusal(spec, key, value));
    const tuning = readTuning(options);
    const { written: changes, inEffect } = await writeAndTell(session, runId, () =>
      runs.updateSpec(runId, (stored) => tuneRun(stored, tuning), options.reason),
    );
    const changed = changes.length > 0;
    if (options.json) {
      printJson({ runId, changed, inEffect, changes });
      return exitCodes.done;
    }
    printData(changed ? changes.map(describeChange).join('\n') : `${runId}: nothing to change.`);
    if (!inEffect) printNote(`${runId}: ${toldLater}.`);
    return exitCodes.done;
  } finally {
    await session.close();
  }
}

function readTuning(options: TuneOptions): Tuning {
  const { itemsInFlight, budgetUsd, reason } = options;
  if (reason.trim() === '') throw new UsageError('--reason must say why; it is kept with the run.');
  const accounts = [
    ...limits('--concurrency', 'concurrency', options.concurrency),
    ...limits('--requests-per-minute', 'requestsPerMinute', options.requestsPerMinute),
    ...limits('--tokens-per-minute', 'tokensPerMinute', options.tokensPerMinute),
    ...limits('--account-budget-usd', 'budgetUsd', options.accountBudgetUsd),
  ];
  if (itemsInFlight === undefined && budgetUsd === undefined && accounts.length === 0) {
    throw new UsageError('Name a limit to change, such as --items-in-flight 64 (`tune --help`).');
  }
  return {
    itemsInFlight:
      itemsInFlight === undefined ? null : count('--items-in-flight', itemsInFlight, 100_000),
    ...(budgetUsd !== undefined && {
      budgetUsd: budgetUsd === 'none' ? null : dollars('--budget-usd', budgetUsd),
    }),
    accounts,
  };
}

/** `answer=8`, `<account>=8`, `8`; `none` takes a limit away. */
function limits(
  flag: string,
  limit: AccountLimit,
  given: readonly string[] = [],
): Tuning['accounts'] {
  return given.map((text) => {
    const at = text.lastIndexOf('=');
    const of = at === -1 ? null : text.slice(0, at);
    const plain = text.slice(at + 1);
    if (plain === 'none' && limit !== 'concurrency') return { limit, of, value: null };
    const value = limit === 'budgetUsd' ? dollars(flag, plain) : count(flag, plain, mostOf[limit]);
    return { limit, of, value };
  });
}

/** As the configuration allows. */
const mostOf = {
  concurrency: 10_000,
  requestsPerMinute: 10_000_000,
  tokensPerMinute: Number.MAX_SAFE_INTEGER,
} as const;

function count(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new UsageError(`${flag} ${text} is not a whole number from 1 to ${most}.`);
}

function dollars(flag: string, text: string): number {
  const value = Number(text);
  if (text !== '' && Number.isFinite(value) && value > 0) return value;
  throw new UsageError(`${flag} ${text} is not an amount in US dollars above 0.`);
}

const flags = [
  'items-in-flight',
  'concurrency',
  'requests-per-minute',
  'tokens-per-minute',
  'budget-usd',
  'account-budget-usd',
  'reason',
];

/** What results depend on is named as such; anything else is a slip of the pen. */
function refusal(
  others: readonly string[],
  describe: (setting: string, value: string) => string | null,
): UsageError {
  const [first = '', second = ''] = others;
  if (!first.startsWith('--'))
    return new UsageError(`tune takes one run and options, not ${first}.`);
  const [name = '', value = second] = first.slice(2).split(/=(.*)/s);
  const setting = name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const isIdentity = describe(setting, value);
  if (isIdentity !== null) return new UsageError(isIdentity);
  const nearest = nearestName(name, flags);
  const meant = nearest === null ? `Known: --${flags.join(', --')}.` : `Did you mean --${nearest}?`;
  return new UsageError(`--${name} cannot be tuned. ${meant}`);
}

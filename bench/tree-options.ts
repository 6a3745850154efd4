import { parseArgs } from 'node:util';
import { UsageError } from '../domain/errors/usage-error.ts';
import { benchStrategies, type BenchStrategy } from './bench-run.ts';
import type { StubLatency } from './stub-activities.ts';

const usage = `npm run bench -- tree [options]

Runs the workflows with stub models on a Temporal server of their own and says what an item costs.

  --items <n>        items per run (1000)
  --window <n>       items open at once (50)
  --latency <ms>     of every stub call, or of plan,image,answer: 2000,5000,4000 (0)
  --strategy <name>  imagined-keyframes (five activities) or uniform (one); both by default
  --stores           with the product's database under it, else nothing is stored
  --baseline         also on a dev server without our settings, and on one with WAL alone
  --json             one JSON document instead of tables`;

/** What the command line asks for. */
type TreeRequest = {
  readonly items: number;
  readonly window: number;
  readonly latency: StubLatency;
  readonly strategies: readonly BenchStrategy[];
  readonly stores: boolean;
  readonly baseline: boolean;
  readonly json: boolean;
};

/** @throws {UsageError | TypeError} naming what is wrong with the arguments */
export function parseTreeRequest(args: readonly string[]): TreeRequest {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      items: { type: 'string', default: '1000' },
      window: { type: 'string', default: '50' },
      latency: { type: 'string', default: '0' },
      strategy: { type: 'string' },
      stores: { type: 'boolean', default: false },
      baseline: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (positionals.join(' ') !== 'tree' || values.help) throw new UsageError(usage);
  const { stores, baseline, json } = values;
  return {
    items: positive('--items', values.items),
    window: positive('--window', values.window),
    latency: latencyOf(values.latency),
    strategies: strategiesOf(values.strategy),
    stores,
    baseline,
    json,
  };
}

export function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new UsageError(`${name} is ${text}; it takes a whole number from 1`);
}

export function latencyOf(text: string): StubLatency {
  const [planMs = NaN, imageMs = planMs, answerMs = planMs, ...more] = text.split(',').map(Number);
  const isUsable = [planMs, imageMs, answerMs].every((ms) => ms >= 0) && more.length === 0;
  if (isUsable) return { planMs, imageMs, answerMs };
  throw new UsageError(
    `--latency is ${text}; it takes milliseconds: one number, or plan,image,answer`,
  );
}

export function strategiesOf(name: string | undefined): readonly BenchStrategy[] {
  if (name === undefined) return benchStrategies;
  const known = benchStrategies.find((strategy) => strategy === name);
  if (known !== undefined) return [known];
  throw new UsageError(`--strategy is ${name}; it takes ${benchStrategies.join(' or ')}`);
}

import { readCommandLine, readConfig } from '../../adapters/config-files/read-config.ts';
import type { Config } from '../../domain/config/config.ts';
import { configFromFlags, overridesFromFlags } from '../../domain/config/original-config.ts';
import { hasOriginalFlags } from '../../domain/config/original-flags.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { executeRun } from '../execute-run.ts';
import type { ExitCode } from '../exit-codes.ts';
import { originalFlagValues } from '../original-flag-values.ts';
import { printNote } from '../output.ts';
import { type PreparedRun, prepareRun } from '../prepare-run.ts';
import { priceLines } from '../render/price-lines.ts';
import { registerRun } from '../register-run.ts';
import { openSession } from '../session.ts';

export type RunOptions = {
  readonly run?: string;
  readonly fresh?: boolean;
  readonly overwrite?: boolean;
  readonly json?: boolean;
  readonly metrics?: string;
} & Readonly<Record<string, unknown>>;

/** `run`: checks everything that costs nothing, then starts the run or goes on with it, and waits. */
export async function run(configFile: string | null, options: RunOptions): Promise<ExitCode> {
  const config = await readSettings(configFile, options);
  let prepared: PreparedRun | null = await prepareRun(config, {
    simulatedBaseUrl: null,
    overwrite: options.overwrite === true,
  });
  prepared.warnings.forEach((warning) => printNote(`warning: ${warning}`));
  const session = await openSession({ metrics: options.metrics });
  try {
    const record = await registerRun(session.stores, prepared, {
      expectedRunId: options.run ?? null,
      fresh: options.fresh === true,
    });
    // The run may go on for days; a large dataset must not stay in memory all that time.
    prepared = null;
    priceLines(record.spec).forEach((line) => printNote(`price: ${line}`));
    return await executeRun(session, record, {
      selection: { kind: 'unfinished' },
      json: options.json === true,
    });
  } finally {
    await session.close();
  }
}

/** The configuration file, the original script's flags, or flags laid over a file. */
async function readSettings(configFile: string | null, options: RunOptions): Promise<Config> {
  const flags = originalFlagValues(options);
  const folder = process.cwd();
  if (configFile !== null) {
    const { raw, notes } = overridesFromFlags(flags);
    notes.forEach(printNote);
    return readConfig(configFile, { raw, folder });
  }
  if (!hasOriginalFlags(flags)) {
    throw new UsageError(
      'Name a configuration file (`videoqa run my-run.yaml`) or the flags of the original script (`videoqa run --help`).',
    );
  }
  const { raw, notes } = configFromFlags(flags);
  notes.forEach(printNote);
  return readCommandLine({ raw, folder });
}

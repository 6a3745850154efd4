import {
  readCommandLine,
  readConfigOrigins,
  type ReadConfig,
} from '../../adapters/config-files/read-config.ts';
import {
  configSettings,
  providerSettings,
  type Setting,
} from '../../domain/config/config-settings.ts';
import { configFromFlags, overridesFromFlags } from '../../domain/config/original-config.ts';
import { hasOriginalFlags, originalFlags } from '../../domain/config/original-flags.ts';
import { isGroup, type RawConfig } from '../../domain/config/raw-config.ts';
import { environmentSettings } from '../environment-settings.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { originalFlagValues } from '../original-flag-values.ts';
import { printData, printJson, printNote } from '../output.ts';
import { plainText } from '../../domain/text/plain-text.ts';

/** `config show`: every setting with where it comes from; without a file, what the environment says. */
export async function configShow(
  file: string | null,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const read = await readGiven(file, options);
  const settings = read === null ? [] : settingsOf(read);
  const keys = settings
    .filter(({ setting, value }) => setting.endsWith('.apiKeyEnv') && typeof value === 'string')
    .map(({ value }) => String(value));
  const environment = environmentSettings(process.env, [...new Set(keys)]);
  if (options['json']) printJson({ schemaVersion: 1, settings, environment });
  else {
    if (settings.length > 0) printData(`${render(settings)}\n`);
    printData(render(environment));
  }
  return exitCodes.done;
}

/** As `run` reads it; null where neither a file nor flags are given. */
async function readGiven(
  file: string | null,
  options: Readonly<Record<string, unknown>>,
): Promise<ReadConfig | null> {
  const flags = originalFlagValues(options);
  const folder = process.cwd();
  const flagOf = (path: readonly (string | number)[]): string | null => {
    const given = originalFlags.find(({ name }) => {
      const value = flags[name];
      return value !== undefined && stands(overridesFromFlags({ [name]: value }).raw, path);
    });
    return given === undefined ? null : `flag ${given.long}`;
  };
  if (file !== null) {
    const { raw, notes } = overridesFromFlags(flags);
    notes.forEach(printNote);
    const { config, originOf } = await readConfigOrigins(file, { raw, folder });
    return { config, originOf: (path) => flagOf(path) ?? originOf(path) };
  }
  if (!hasOriginalFlags(flags)) return null;
  const { raw, notes } = configFromFlags(flags);
  notes.forEach(printNote);
  return {
    config: readCommandLine({ raw, folder }),
    originOf: (path) =>
      flagOf(path) ?? (stands(raw, path) ? "the original script's default" : null),
  };
}

function settingsOf({ config, originOf }: ReadConfig): Setting[] {
  return [...configSettings(config, originOf), ...providerSettings(config)];
}

function stands(raw: RawConfig, path: readonly (string | number)[]): boolean {
  let value: unknown = raw;
  for (const step of path) value = isGroup(value) ? value[step] : undefined;
  return value !== undefined;
}

function render(settings: readonly Setting[]): string {
  const width = Math.max(...settings.map(({ setting }) => setting.length));
  return settings
    .map(({ setting, value, origin }) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return plainText(`${setting.padEnd(width)}  ${text}  (${origin})`);
    })
    .join('\n');
}

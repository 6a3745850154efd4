import { originalFlags, type OriginalFlagValues } from '../domain/config/original-flags.ts';

/** The original script's flags among parsed options. Commander names an option after its long flag in camel case. */
export function originalFlagValues(options: Readonly<Record<string, unknown>>): OriginalFlagValues {
  const entries = originalFlags.map(({ name, long }) => {
    const key = long.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    return [name, options[key] ?? options[long.slice(2)]];
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

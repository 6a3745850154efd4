import type { Command } from 'commander';
import type { ExitCode } from './exit-codes.ts';

/** Gathers the values of an option that may be given again. */
export function each(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** Adds a verb whose action returns its exit code. */
export type AddVerb = (
  name: string,
  description: string,
  action: (positional: string[], options: Record<string, unknown>) => Promise<ExitCode>,
) => Command;

import { UsageError, EnvironmentError } from '../domain/errors/usage-error.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { printNote } from './output.ts';

/** Says on standard error what went wrong and picks the exit code. Mistakes of the user show no stack. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError) {
    printNote(`videoqa: ${error.message}`);
    return exitCodes.usage;
  }
  if (error instanceof EnvironmentError) {
    printNote(`videoqa: ${error.message}`);
    return exitCodes.environment;
  }
  printNote(
    `videoqa: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return exitCodes.internal;
}

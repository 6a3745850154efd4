import { EnvironmentError } from '../domain/errors/usage-error.ts';

/** A full disk or a folder that may not be written to is no fault of ours. */
export function failedToWrite(error: unknown, out: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error;
  const message = `Nothing can be written to ${out} (${code}). Name another folder with --out.`;
  return new EnvironmentError(message, { cause: error });
}

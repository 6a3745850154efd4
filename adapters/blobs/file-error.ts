import { StepError } from '../../domain/errors/step-error.ts';
import { classifyStorage } from '../../domain/errors/storage-failure.ts';

/** Turns a failed file operation into a `storage` error; `doing` names the operation and the thing. */
export function fileError(cause: unknown, doing: string): StepError {
  if (cause instanceof StepError) return cause;
  const code = fileErrorCode(cause);
  return new StepError('storage', classifyStorage(code).action, `${doing} failed: ${code}`, {
    cause,
  });
}

/** The system's code (`ENOENT`), or a question mark where there is none. */
export function fileErrorCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : '?';
}

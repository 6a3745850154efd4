import { StepError } from '../../domain/step-error.ts';

/** What a person mends while the run waits: a full disk, a quota, missing rights. */
const mendable = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM']);

/** Turns a failed file operation into a `storage` error; `doing` names the operation and the thing. */
export function fileError(cause: unknown, doing: string): StepError {
  if (cause instanceof StepError) return cause;
  const code = fileErrorCode(cause);
  const action = mendable.has(code) ? 'wait' : 'retry';
  return new StepError('storage', action, `${doing} failed: ${code}`, { cause });
}

/** The system's code (`ENOENT`), or a question mark where there is none. */
export function fileErrorCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : '?';
}

import { StepError } from '../../domain/errors/step-error.ts';

/** The text of a JSON column; null stays null. */
export function toJsonColumn(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

/**
 * Reads a JSON column that this program wrote.
 *
 * @throws {StepError} class `storage` when the text is damaged
 */
export function fromJsonColumn(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StepError('storage', 'fail', `${what} in the database is damaged`, { cause: error });
  }
}

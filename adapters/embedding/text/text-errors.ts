import { StepError } from '../../../domain/errors/step-error.ts';

/** The model gave no usable vector for a text: NaN, infinity or all zeros. */
export class BadTextVectorError extends StepError {
  /** The text's place among the texts of the call, from 0. */
  readonly position: number;

  constructor(position: number, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      'embedding_failed',
      'fail',
      `the model gave no usable vector for text ${position}: ${reason}; ` +
        'use the 32-bit float export of the model',
      { cause },
    );
    this.position = position;
  }
}

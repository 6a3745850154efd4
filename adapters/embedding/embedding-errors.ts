import { StepError } from '../../domain/errors/step-error.ts';

/** A picture cannot be decoded: damaged, too large, or not JPEG, PNG or WebP. Trying again does not help. */
export class BadPictureError extends StepError {
  /** Its place among the pictures of the call, from 0. */
  readonly position: number;

  constructor(position: number, cause: unknown) {
    super('bad_media', 'fail', `picture ${position} cannot be used: ${messageOf(cause)}`, {
      cause,
    });
    this.position = position;
  }
}

/** The model gave no usable vector for a picture: NaN, infinity or all zeros. */
export class BadVectorError extends StepError {
  /** The picture's place among the pictures of the call, from 0. */
  readonly position: number;

  constructor(position: number, cause: unknown) {
    super(
      'embedding_failed',
      'fail',
      `the model gave no usable vector for picture ${position}: ${messageOf(cause)}; ` +
        'use the 32-bit float export of the model',
      { cause },
    );
    this.position = position;
  }
}

/** The runtime could not run the model, for example for lack of memory. */
export class InferenceFailedError extends StepError {
  constructor(message: string) {
    super('embedding_failed', 'retry', `the embedding model could not run: ${message}`);
  }
}

/** The inference thread ended unexpectedly. Nothing was embedded; the next call starts it anew. */
export class EmbeddingThreadDiedError extends StepError {
  /** @param hadInput  whether the thread had the caller's pictures when it ended */
  constructor(cause: unknown, hadInput = false) {
    const reason = cause === undefined ? '' : `: ${messageOf(cause)}`;
    super('embedding_failed', 'retry', `the inference thread ended unexpectedly${reason}`, {
      cause,
      endedThread: hadInput,
    });
  }
}

/** More pictures wait than the queue may hold. */
export class EmbeddingQueueFullError extends StepError {
  constructor(waiting: number) {
    const message = `${waiting} pictures wait to be embedded already`;
    super('embedding_failed', 'wait', message, { retryAfterMs: 1000 });
  }
}

/** The embedder was closed: this worker is shutting down, another one can embed. */
export class EmbedderClosedError extends StepError {
  constructor() {
    super('embedding_failed', 'retry', 'the embedder is closed');
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export type DescribedError = {
  readonly type: string;
  readonly message: string;
  /** The failure class, of what Temporal is told. */
  readonly class?: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: DescribedError;
};

const deepest = 5;

/** An error as it may be written to a log: never the request, reply or headers that hang on it. */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: 'no error object' };
  const { code, type } = error as NodeJS.ErrnoException & { readonly type?: unknown };
  return {
    type: error.name,
    message: error.message.slice(0, 1000),
    ...(typeof type === 'string' && { class: type }),
    ...(typeof code === 'string' && { code }),
    ...(error.stack !== undefined && error.stack !== '' && { stack: framesOf(error.stack) }),
    ...(error.cause !== undefined &&
      depth < deepest && { cause: describeError(error.cause, depth + 1) }),
  };
}

/** The lines of a stack that name places: the first ones repeat the message, of any length. */
function framesOf(stack: string): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames.slice(0, 20).join('\n');
}

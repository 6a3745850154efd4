/**
 * A mistake of the person at the keyboard or in a file they wrote (exit code 2): what is wrong,
 * where, and how to mend it. Printed without a stack.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something on the machine or the network is missing (exit code 3); the message names the mending command. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}
